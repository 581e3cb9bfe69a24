using System.Globalization;

namespace AfterSales.Video.Rtc.Sdp;

/// <summary>Turns negotiated sections into description sections and back; shared by answers and by our own offers.</summary>
internal static class SdpSections
{
    /// <param name="media">The section.</param>
    /// <param name="earlier">
    /// Sections before it in the bundle: an id that means something else there is not used here, since receivers keep one table for the
    /// transport (RFC 8843 §9). aiortc offers such ids, and fails on the packets when they are answered.
    /// </param>
    public static HeaderExtensionIds ExtensionsOf(MediaDescription media, IReadOnlyList<MediaDescription> earlier)
    {
        byte Id(string uri)
        {
            var id = media.Extensions.Find(e => string.Equals(e.Uri, uri, StringComparison.Ordinal)).Id;
            var clashes = earlier.Any(other => other.Extensions.Exists(e => e.Id == id && !string.Equals(e.Uri, uri, StringComparison.Ordinal)));
            return clashes ? (byte)0 : id;
        }

        var isVideo = media.Kind == MediaKind.Video;
        return new HeaderExtensionIds
        {
            Mid = Id(SdpNames.Extension.Mid),
            Rid = isVideo ? Id(SdpNames.Extension.Rid) : (byte)0,
            RepairedRid = isVideo ? Id(SdpNames.Extension.RepairedRid) : (byte)0,
            TransportWideCc = Id(SdpNames.Extension.TransportWideCc),
            AbsSendTime = Id(SdpNames.Extension.AbsSendTime),
            AudioLevel = isVideo ? (byte)0 : Id(SdpNames.Extension.AudioLevel),
        };
    }

    public static IReadOnlyList<RemoteSource> SourcesOf(MediaDescription media)
    {
        var rtx = media.RtxPairs.Select(p => p.RtxSsrc).ToHashSet();
        return
        [
            .. media.Sources.Where(s => !rtx.Contains(s.Ssrc))
                .Select(s => new RemoteSource(s.Ssrc, media.RtxPairs.Find(p => p.Ssrc == s.Ssrc).RtxSsrc)),
        ];
    }

    public static void AddTransport(MediaDescription target, LocalTransport local, SdpSetup setup)
    {
        target.Transport.UsernameFragment = local.Ice.UsernameFragment;
        target.Transport.Password = local.Ice.Password;
        target.Transport.Fingerprint = local.Fingerprint;
        target.Transport.Setup = setup;
    }

    /// <summary>Candidates stand once, in the section whose transport the bundle uses; none follow.</summary>
    public static void AddCandidates(MediaDescription target, LocalTransport local)
    {
        target.Candidates.AddRange(local.Candidates.Select(c => c.ToString()["candidate:".Length..]));
        target.EndOfCandidates = true;
    }

    public static void AddExtensions(MediaDescription target, HeaderExtensionIds ids)
    {
        void Add(byte id, string uri)
        {
            if (id != 0)
            {
                target.Extensions.Add(new SdpExtension(id, uri));
            }
        }

        Add(ids.Mid, SdpNames.Extension.Mid);
        Add(ids.Rid, SdpNames.Extension.Rid);
        Add(ids.RepairedRid, SdpNames.Extension.RepairedRid);
        Add(ids.TransportWideCc, SdpNames.Extension.TransportWideCc);
        Add(ids.AbsSendTime, SdpNames.Extension.AbsSendTime);
        Add(ids.AudioLevel, SdpNames.Extension.AudioLevel);
    }

    public static void AddCodec(MediaDescription target, NegotiatedCodec codec)
    {
        target.Codecs.Add(new SdpCodec
        {
            PayloadType = codec.PayloadType,
            Name = codec.Name,
            ClockRateHz = codec.ClockRateHz,
            Channels = codec.Channels,
            Format = codec.FormatParameters,
            Feedback = FeedbackOf(codec),
        });
        if (codec.RtxPayloadType is { } rtx)
        {
            target.Codecs.Add(new SdpCodec
            {
                PayloadType = rtx,
                Name = "rtx",
                ClockRateHz = codec.ClockRateHz,
                Format = string.Create(CultureInfo.InvariantCulture, $"apt={codec.PayloadType}"),
            });
        }
    }

    public static void AddSources(MediaDescription target, uint ssrc, uint rtxSsrc, string cname)
    {
        target.Sources.Add(new SdpSource(ssrc, cname));
        if (rtxSsrc != 0)
        {
            target.Sources.Add(new SdpSource(rtxSsrc, cname));
            target.RtxPairs.Add(new RemoteSource(ssrc, rtxSsrc));
        }
    }

    private static SdpFeedback FeedbackOf(NegotiatedCodec codec) =>
        (codec.Nack ? SdpFeedback.Nack : SdpFeedback.None) | (codec.NackPli ? SdpFeedback.NackPli : SdpFeedback.None) | (codec.CcmFir ? SdpFeedback.CcmFir : SdpFeedback.None)
        | (codec.TransportCc ? SdpFeedback.TransportCc : SdpFeedback.None) | (codec.GoogRemb ? SdpFeedback.GoogRemb : SdpFeedback.None);
}
