using System.Globalization;

namespace AfterSales.Video.Rtc.Sdp;

/// <summary>Offer in, answer out (RFC 8829, RFC 3264): a pure function but for the SSRC source.</summary>
public static class SdpNegotiator
{
    /// <summary>Reads and answers in one go; for callers that know the offer does not restart ICE.</summary>
    public static NegotiationResult Answer(string offerSdp, MediaPolicy policy, LocalTransport local, NegotiatedSession? previous) =>
        SdpOffer.TryParse(offerSdp, out var offer, out var refusal)
            ? Answer(offer!, policy, local, previous)
            : NegotiationResult.Refused(refusal!.Code, refusal.Detail);

    /// <param name="offer">Read already, so that the caller could see whether it restarts ICE and prepare <paramref name="local"/>.</param>
    /// <param name="policy">What we are willing to do.</param>
    /// <param name="local">Our side of the transport.</param>
    /// <param name="previous">The result of the last accepted offer: its m-lines stay in order and our SSRCs stay the same.</param>
    public static NegotiationResult Answer(SdpOffer offer, MediaPolicy policy, LocalTransport local, NegotiatedSession? previous)
    {
        ArgumentNullException.ThrowIfNull(offer);
        var sections = offer.Description.Media;
        if (FirstChanged(sections, previous) is { } changed)
        {
            return NegotiationResult.Refused(SdpCodes.SectionsChanged, $"Section {changed.ToString(CultureInfo.InvariantCulture)}.");
        }

        var negotiated = new NegotiatedMedia[sections.Count];
        for (var i = 0; i < negotiated.Length; i++)
        {
            negotiated[i] = Negotiate(sections[i], sections[..i], policy, local, i < (previous?.Media.Count ?? 0) ? previous!.Media[i] : null);
        }

        var tagged = TaggedOf(offer.Description, negotiated);
        if (tagged < 0)
        {
            return NegotiationResult.Refused(SdpCodes.NoMedia, "No codec of any section is known here.");
        }

        var transport = sections[tagged].Transport;
        if (ChangesDtls(transport, previous))
        {
            return NegotiationResult.Refused(SdpCodes.DtlsChanged, "The DTLS association stays for the life of the connection.");
        }

        var session = new NegotiatedSession
        {
            Media = negotiated,
            RemoteIce = new IceParameters(transport.UsernameFragment!, transport.Password!),
            RemoteFingerprint = transport.Fingerprint!,
            RemoteIsDtlsClient = IsRemoteClient(transport, previous),
            RemoteCandidates = [.. sections[tagged].Candidates],
            Version = (previous?.Version ?? 0) + 1,
        };
        return NegotiationResult.Answered(SdpAnswer.Write(offer.Description, session, local, tagged), session);
    }

    /// <summary>actpass keeps the roles of a running association, else the offerer becomes the client (RFC 8842 §5.3).</summary>
    private static bool IsRemoteClient(TransportAttributes transport, NegotiatedSession? previous) => transport.Setup switch
    {
        SdpSetup.Passive => false,
        SdpSetup.ActPass => previous?.RemoteIsDtlsClient ?? true,
        _ => true,
    };

    private static bool ChangesDtls(TransportAttributes transport, NegotiatedSession? previous) =>
        previous is not null
        && (!transport.Fingerprint!.Digest.Span.SequenceEqual(previous.RemoteFingerprint.Digest.Span)
            || IsRemoteClient(transport, previous) != previous.RemoteIsDtlsClient);

    /// <summary>Index of the first section that does not continue what it was; null when all do.</summary>
    private static int? FirstChanged(List<MediaDescription> sections, NegotiatedSession? previous)
    {
        for (var i = 0; i < previous?.Media.Count; i++)
        {
            if (i >= sections.Count || !Continues(sections[i], previous.Media[i]))
            {
                return i;
            }
        }

        return null;
    }

    /// <summary>A rejected section may be recycled for something else (RFC 8829 §5.2.2), or stay off and lose its mid.</summary>
    private static bool Continues(MediaDescription section, NegotiatedMedia before) =>
        before.Rejected || section.IsOff
        || (string.Equals(section.Mid, before.Mid, StringComparison.Ordinal) && section.Kind == before.Kind);

    private static NegotiatedMedia Negotiate(MediaDescription section, List<MediaDescription> earlier, MediaPolicy policy, LocalTransport local, NegotiatedMedia? before)
    {
        var preferred = section.Kind == MediaKind.Video ? policy.VideoCodecs : policy.AudioCodecs;
        var codecs = section is { IsOff: false, IsRtp: true, Kind: not null } ? CodecSelection.Select(section, preferred) : [];
        if (codecs.Count == 0)
        {
            return Rejected(section, before);
        }

        var localSends = policy.AllowSubscribe && section.Direction.HasFlag(SdpDirection.RecvOnly);
        var isSameSlot = before?.Kind == section.Kind;
        return new NegotiatedMedia
        {
            Mid = section.Mid!,
            Kind = section.Kind!.Value,
            RemoteSends = policy.AllowPublish && section.Direction.HasFlag(SdpDirection.SendOnly),
            LocalSends = localSends,
            Codecs = codecs,
            Extensions = SdpSections.ExtensionsOf(section, earlier),
            RemoteSources = SdpSections.SourcesOf(section),
            RemoteRids = [.. section.SendRids],
            LocalSsrc = Ssrc(isSameSlot ? before!.LocalSsrc : 0, localSends, local),
            LocalRtxSsrc = Ssrc(isSameSlot ? before!.LocalRtxSsrc : 0, localSends && codecs.Any(c => c.RtxPayloadType is not null), local),
        };
    }

    private static uint Ssrc(uint before, bool isNeeded, LocalTransport local) =>
        before != 0 ? before : isNeeded ? local.Ssrcs.Next() : 0;

    private static NegotiatedMedia Rejected(MediaDescription section, NegotiatedMedia? before)
    {
        var kind = section.Kind ?? MediaKind.Other;
        var isSameSlot = before?.Kind == kind;
        return new NegotiatedMedia
        {
            Mid = section.Mid ?? before?.Mid ?? "",
            Kind = kind,
            Rejected = true,
            LocalSsrc = isSameSlot ? before!.LocalSsrc : 0,
            LocalRtxSsrc = isSameSlot ? before!.LocalRtxSsrc : 0,
        };
    }

    /// <summary>The first accepted section in the order of the bundle; -1 when all are rejected.</summary>
    private static int TaggedOf(SessionDescription offer, NegotiatedMedia[] negotiated)
    {
        foreach (var mid in offer.Bundle)
        {
            var index = Array.FindIndex(negotiated, m => !m.Rejected && string.Equals(m.Mid, mid, StringComparison.Ordinal));
            if (index >= 0)
            {
                return index;
            }
        }

        return -1;
    }
}
