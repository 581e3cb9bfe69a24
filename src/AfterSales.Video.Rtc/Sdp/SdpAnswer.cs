using System.Globalization;

namespace AfterSales.Video.Rtc.Sdp;

/// <summary>Writes our answer. Of the offer only what the RFCs make us repeat: mids, media types, protocols, payload types.</summary>
internal static class SdpAnswer
{
    public static string Write(SessionDescription offer, NegotiatedSession session, LocalTransport local, int tagged)
    {
        var answer = new SessionDescription { SessionId = (ulong)local.SessionId, Version = (ulong)session.Version, IceLite = true };
        answer.Bundle.AddRange(offer.Bundle.Where(mid => session.Media.Any(m => !m.Rejected && string.Equals(m.Mid, mid, StringComparison.Ordinal))));
        var setup = session.RemoteIsDtlsClient ? SdpSetup.Passive : SdpSetup.Active;
        for (var i = 0; i < session.Media.Count; i++)
        {
            var section = session.Media[i].Rejected
                ? Reject(offer.Media[i])
                : Accept(offer.Media[i], session.Media[i], SlotOf(session.Media, i), local);
            if (!session.Media[i].Rejected)
            {
                SdpSections.AddTransport(section, local, setup);
            }

            if (i == tagged)
            {
                SdpSections.AddCandidates(section, local);
            }

            answer.Media.Add(section);
        }

        return SessionDescriptionWriter.Write(answer);
    }

    /// <summary>
    /// Audio and video of one slot share a stream id, so that a browser keeps them in step when one participant plays in both.
    /// </summary>
    private static int SlotOf(IReadOnlyList<NegotiatedMedia> media, int index) =>
        media.Take(index).Count(m => m.Kind == media[index].Kind);

    private static MediaDescription Accept(MediaDescription offered, NegotiatedMedia media, int slot, LocalTransport local)
    {
        var section = new MediaDescription
        {
            Media = offered.Media,
            Protocol = offered.Protocol,
            StreamId = media.LocalSends ? string.Create(CultureInfo.InvariantCulture, $"slot{slot}") : null,
            TrackId = media.LocalSends ? string.Create(CultureInfo.InvariantCulture, $"slot{slot}-{offered.Media}") : null,
        };
        section.Mid = media.Mid;
        section.RtcpMux = true;
        section.RtcpReducedSize = offered.RtcpReducedSize;
        section.Transport.Direction = (media.LocalSends ? SdpDirection.SendOnly : SdpDirection.Inactive) | (media.RemoteSends ? SdpDirection.RecvOnly : SdpDirection.Inactive);
        SdpSections.AddExtensions(section, media.Extensions);
        foreach (var codec in media.Codecs)
        {
            SdpSections.AddCodec(section, codec);
        }

        if (media.LocalSends)
        {
            var hasRtx = media.Codecs.Any(c => c.RtxPayloadType is not null);
            SdpSections.AddSources(section, media.LocalSsrc, hasRtx ? media.LocalRtxSsrc : 0, local.Cname);
        }

        return section;
    }

    /// <summary>Port 0 and one of the offered formats, as RFC 3264 §6 wants it.</summary>
    private static MediaDescription Reject(MediaDescription offered)
    {
        var section = new MediaDescription { Media = offered.Media, Protocol = offered.Protocol, Port = 0, OtherFormat = offered.OtherFormat };
        section.Mid = offered.Mid;
        section.Transport.Direction = SdpDirection.Inactive;
        section.Codecs.AddRange(offered.Codecs.Take(1).Select(c => new SdpCodec { PayloadType = c.PayloadType }));
        return section;
    }
}
