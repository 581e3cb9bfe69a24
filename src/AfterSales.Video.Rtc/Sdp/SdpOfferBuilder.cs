namespace AfterSales.Video.Rtc.Sdp;

/// <summary>One m-section of our own offer (client role).</summary>
public sealed record OfferedMedia(string Mid, MediaKind Kind, bool Sends, bool Receives)
{
    /// <summary>0 when this section never sends.</summary>
    public uint Ssrc { get; init; }

    /// <summary>0 without retransmission.</summary>
    public uint RtxSsrc { get; init; }

    /// <summary>Codecs in order of preference: H264, VP8, VP9, AV1 or opus, red. Empty: H264, VP8 or opus.</summary>
    public IReadOnlyList<string> Codecs { get; init; } = [];
}

/// <summary>The client role's side of negotiation, for tests and load generation. Payload types are Chromium's.</summary>
public static class SdpOfferBuilder
{
    private static readonly HeaderExtensionIds VideoExtensions = new() { Mid = 4, Rid = 10, RepairedRid = 11, TransportWideCc = 3, AbsSendTime = 2 };
    private static readonly HeaderExtensionIds AudioExtensions = new() { Mid = 4, TransportWideCc = 3, AbsSendTime = 2, AudioLevel = 1 };

    private static readonly NegotiatedCodec[] Codecs =
    [
        Video("H264", 108, 109, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
        Video("VP8", 96, 97, ""),
        Video("VP9", 98, 99, "profile-id=0"),
        Video("AV1", 45, 46, "profile=0"),
        new() { Name = "opus", PayloadType = 111, ClockRateHz = 48000, Channels = 2, FormatParameters = "minptime=10;useinbandfec=1", TransportCc = true },
        new() { Name = "red", PayloadType = 63, ClockRateHz = 48000, Channels = 2, FormatParameters = "111/111" },
    ];

    /// <summary>Writes an offer with BUNDLE, rtcp-mux and actpass.</summary>
    /// <param name="media">In m-line order; later offers only append.</param>
    /// <param name="local">Our transport.</param>
    /// <param name="version">Grows with every offer (RFC 3264 §8).</param>
    public static string Build(IReadOnlyList<OfferedMedia> media, LocalTransport local, long version)
    {
        ArgumentNullException.ThrowIfNull(local);
        var offer = new SessionDescription { SessionId = (ulong)local.SessionId, Version = (ulong)version };
        offer.Bundle.AddRange(media.Select(m => m.Mid));
        foreach (var item in media)
        {
            var section = Section(item, local);
            SdpSections.AddTransport(section, local, SdpSetup.ActPass);
            if (offer.Media.Count == 0)
            {
                SdpSections.AddCandidates(section, local);
            }

            offer.Media.Add(section);
        }

        return SessionDescriptionWriter.Write(offer);
    }

    /// <summary>
    /// What the answer makes of our offer, seen from this side: RemoteSends is what the server may send us,
    /// RemoteSources its slots' SSRCs, LocalSsrc our own. AnswerSdp of the result is the answer itself.
    /// </summary>
    public static NegotiationResult ApplyAnswer(IReadOnlyList<OfferedMedia> media, string answerSdp)
    {
        var refusal = SessionDescriptionReader.Read(answerSdp, out var answer) ?? SdpDemands.Check(answer) ?? Compare(media, answer);
        if (refusal is not null)
        {
            return NegotiationResult.Refused(refusal.Code, refusal.Detail);
        }

        var tagged = SdpDemands.Tagged(answer)!;
        return NegotiationResult.Answered(answerSdp, new NegotiatedSession
        {
            Media = [.. media.Zip(answer.Media, Apply)],
            RemoteIce = new IceParameters(tagged.Transport.UsernameFragment!, tagged.Transport.Password!),
            RemoteFingerprint = tagged.Transport.Fingerprint!,
            RemoteIsDtlsClient = tagged.Transport.Setup == SdpSetup.Active,
            RemoteCandidates = [.. tagged.Candidates],
            Version = (long)answer.Version,
        });
    }

    private static SdpRefusal? Compare(IReadOnlyList<OfferedMedia> media, SessionDescription answer)
    {
        var isSame = media.Count == answer.Media.Count && media.Zip(answer.Media)
            .All(pair => pair.First.Kind == pair.Second.Kind && (pair.Second.IsOff || pair.First.Mid == pair.Second.Mid));
        var hasRole = SdpDemands.Tagged(answer)?.Transport.Setup is SdpSetup.Active or SdpSetup.Passive;
        return isSame && hasRole ? null : new SdpRefusal(SdpCodes.AnswerMismatch, "The answer's sections or roles do not fit the offer.");
    }

    private static MediaDescription Section(OfferedMedia item, LocalTransport local)
    {
        var isVideo = item.Kind == MediaKind.Video;
        var stream = item.Sends ? local.Cname : null;
        var section = new MediaDescription { Media = isVideo ? "video" : "audio", StreamId = stream, TrackId = item.Sends ? $"track-{item.Mid}" : null };
        section.Mid = item.Mid;
        section.RtcpMux = section.RtcpReducedSize = true;
        section.Transport.Direction = (item.Sends ? SdpDirection.SendOnly : SdpDirection.Inactive) | (item.Receives ? SdpDirection.RecvOnly : SdpDirection.Inactive);
        SdpSections.AddExtensions(section, isVideo ? VideoExtensions : AudioExtensions);
        foreach (var name in NamesOf(item))
        {
            SdpSections.AddCodec(section, Codecs.First(c => c.Name == name));
        }

        if (item is { Sends: true, Ssrc: not 0 })
        {
            SdpSections.AddSources(section, item.Ssrc, item.RtxSsrc, local.Cname);
        }

        return section;
    }

    private static NegotiatedMedia Apply(OfferedMedia item, MediaDescription answer) => new()
    {
        Mid = item.Mid,
        Kind = item.Kind,
        Rejected = answer.IsOff,
        RemoteSends = !answer.IsOff && item.Receives && answer.Direction.HasFlag(SdpDirection.SendOnly),
        LocalSends = !answer.IsOff && item.Sends && answer.Direction.HasFlag(SdpDirection.RecvOnly),
        Codecs = answer.IsOff ? [] : CodecSelection.Taken(answer, NamesOf(item)),
        Extensions = SdpSections.ExtensionsOf(answer, []),
        RemoteSources = SdpSections.SourcesOf(answer),
        LocalSsrc = item.Ssrc,
        LocalRtxSsrc = item.RtxSsrc,
    };

    private static IReadOnlyList<string> NamesOf(OfferedMedia item) =>
        item.Codecs.Count > 0 ? item.Codecs : item.Kind == MediaKind.Video ? ["H264", "VP8"] : ["opus"];

    private static NegotiatedCodec Video(string name, byte payloadType, byte rtx, string format) => new()
    {
        Name = name,
        PayloadType = payloadType,
        RtxPayloadType = rtx,
        ClockRateHz = 90000,
        FormatParameters = format,
        Nack = true,
        NackPli = true,
        CcmFir = true,
        TransportCc = true,
        GoogRemb = true,
    };
}
