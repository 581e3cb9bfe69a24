namespace AfterSales.Video.Rtc.Sdp;

/// <summary>The part of a session description (RFC 8866) that we understand; everything else is dropped while reading.</summary>
internal sealed class SessionDescription
{
    public ulong SessionId { get; set; }

    public ulong Version { get; set; }

    public bool IceLite { get; set; }

    /// <summary>The mids of a=group:BUNDLE in order; the first is the tagged one (RFC 9143 §7.1).</summary>
    public List<string> Bundle { get; } = [];

    /// <summary>Values given once for all sections; the reader copies them into sections that have none.</summary>
    public TransportAttributes Shared { get; } = new();

    public List<MediaDescription> Media { get; } = [];
}

/// <summary>Attributes that belong to the transport of a section (category TRANSPORT or IDENTICAL of RFC 8859).</summary>
internal sealed class TransportAttributes
{
    public string? UsernameFragment { get; set; }

    public string? Password { get; set; }

    public DtlsFingerprint? Fingerprint { get; set; }

    public SdpSetup? Setup { get; set; }

    public SdpDirection? Direction { get; set; }

    public void InheritFrom(TransportAttributes session)
    {
        UsernameFragment ??= session.UsernameFragment;
        Password ??= session.Password;
        Fingerprint ??= session.Fingerprint;
        Setup ??= session.Setup;
        Direction ??= session.Direction;
    }
}

/// <summary>One m-section.</summary>
internal sealed class MediaDescription
{
    /// <summary>"audio", "video", "application" or another token.</summary>
    public required string Media { get; init; }

    public int Port { get; init; } = 9;

    public string Protocol { get; init; } = RtpProtocol;

    public const string RtpProtocol = "UDP/TLS/RTP/SAVPF";

    /// <summary>Formats of a section that is not RTP, for example "webrtc-datachannel".</summary>
    public string? OtherFormat { get; init; }

    public TransportAttributes Transport { get; } = new();

    public string? Mid { get; set; }

    public bool RtcpMux { get; set; }

    public bool RtcpReducedSize { get; set; }

    public bool BundleOnly { get; set; }

    public bool EndOfCandidates { get; set; }

    /// <summary>Values of a=candidate as received, starting after "candidate:".</summary>
    public List<string> Candidates { get; } = [];

    /// <summary>In the order of the m-line.</summary>
    public List<SdpCodec> Codecs { get; } = [];

    /// <summary>a=rtcp-fb:* applies to all payload types.</summary>
    public SdpFeedback SharedFeedback { get; set; }

    public List<SdpExtension> Extensions { get; } = [];

    public List<SdpSource> Sources { get; } = [];

    /// <summary>a=ssrc-group:FID pairs: original, retransmission.</summary>
    public List<RemoteSource> RtxPairs { get; } = [];

    /// <summary>RIDs of a=simulcast:send.</summary>
    public List<string> SendRids { get; } = [];

    /// <summary>Our own a=msid; not read from others.</summary>
    public string? StreamId { get; init; }

    public string? TrackId { get; init; }

    public SdpDirection Direction => Transport.Direction ?? SdpDirection.SendRecv;

    public MediaKind? Kind => Media switch
    {
        "audio" => MediaKind.Audio,
        "video" => MediaKind.Video,
        _ => null,
    };

    public bool IsRtp => Protocol.EndsWith("RTP/SAVPF", StringComparison.Ordinal);

    /// <summary>Refused or stopped by its sender (RFC 3264 §6, RFC 8829 §5.2.2).</summary>
    public bool IsOff => Port == 0 && !BundleOnly;
}

internal sealed class SdpCodec
{
    public required byte PayloadType { get; init; }

    /// <summary>Empty without a=rtpmap.</summary>
    public string Name { get; set; } = "";

    public int ClockRateHz { get; set; }

    public int Channels { get; set; } = 1;

    public string Format { get; set; } = "";

    public SdpFeedback Feedback { get; set; }

    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}

internal readonly record struct SdpExtension(byte Id, string Uri);

internal readonly record struct SdpSource(uint Ssrc, string Cname);

[Flags]
internal enum SdpFeedback
{
    None = 0,
    Nack = 1,
    NackPli = 2,
    CcmFir = 4,
    TransportCc = 8,
    GoogRemb = 16,
}

[Flags]
internal enum SdpDirection
{
    Inactive = 0,
    SendOnly = 1,
    RecvOnly = 2,
    SendRecv = SendOnly | RecvOnly,
}

internal enum SdpSetup
{
    ActPass,
    Active,
    Passive,
}
