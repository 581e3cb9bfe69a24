using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Sfu.Tests.Fakes;

/// <summary>Sessions as Chromium negotiates them, with chosen SSRCs.</summary>
internal static class Sessions
{
    public static HeaderExtensionIds Extensions { get; } = new() { Mid = 4, Rid = 10, RepairedRid = 11, TransportWideCc = 3, AbsSendTime = 2, AudioLevel = 1 };

    public static NegotiatedCodec Opus { get; } = new() { Name = "opus", PayloadType = 111, ClockRateHz = 48_000, Channels = 2, TransportCc = true };

    public static NegotiatedCodec Vp8(byte payloadType = 96, byte rtx = 97) => Video("VP8", payloadType, rtx, "");

    public static NegotiatedCodec H264(byte payloadType = 108, byte rtx = 109) =>
        Video("H264", payloadType, rtx, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");

    public static NegotiatedSession Of(params NegotiatedMedia[] media) => new()
    {
        Media = media,
        RemoteIce = new IceParameters("abcd", "0123456789012345678901"),
        RemoteFingerprint = new DtlsFingerprint("sha-256", new byte[32]),
        RemoteIsDtlsClient = true,
    };

    public static NegotiatedMedia Audio(string mid, uint ssrc, uint localSsrc, bool sends = true) => new()
    {
        Mid = mid,
        Kind = MediaKind.Audio,
        RemoteSends = sends,
        LocalSends = localSsrc != 0,
        Codecs = [Opus],
        Extensions = Extensions,
        RemoteSources = ssrc == 0 ? [] : [new RemoteSource(ssrc, 0)],
        LocalSsrc = localSsrc,
    };

    public static NegotiatedMedia Video(string mid, uint ssrc, uint localSsrc, bool sends = true, NegotiatedCodec[]? codecs = null) => new()
    {
        Mid = mid,
        Kind = MediaKind.Video,
        RemoteSends = sends,
        LocalSends = localSsrc != 0,
        Codecs = codecs ?? [H264(), Vp8()],
        Extensions = Extensions,
        RemoteSources = ssrc == 0 ? [] : [new RemoteSource(ssrc, ssrc + 1)],
        LocalSsrc = localSsrc,
        LocalRtxSsrc = localSsrc == 0 ? 0 : localSsrc + 1,
    };

    private static NegotiatedCodec Video(string name, byte payloadType, byte rtx, string fmtp) => new()
    {
        Name = name,
        PayloadType = payloadType,
        RtxPayloadType = rtx,
        ClockRateHz = 90_000,
        FormatParameters = fmtp,
        Nack = true,
        NackPli = true,
        CcmFir = true,
        TransportCc = true,
        GoogRemb = true,
    };
}
