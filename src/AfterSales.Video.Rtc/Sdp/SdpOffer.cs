using System.Globalization;

namespace AfterSales.Video.Rtc.Sdp;

/// <summary>An offer that was read and checked against every cap and demand, before any policy is applied.</summary>
public sealed class SdpOffer
{
    private SdpOffer(SessionDescription description, MediaDescription tagged)
    {
        Description = description;
        Ice = new IceParameters(tagged.Transport.UsernameFragment!, tagged.Transport.Password!);
        Fingerprint = tagged.Transport.Fingerprint!;
    }

    /// <summary>Credentials of the first audio or video section of the bundle.</summary>
    public IceParameters Ice { get; }

    public DtlsFingerprint Fingerprint { get; }

    internal SessionDescription Description { get; }

    /// <summary>Reads an offer of at most 16 KB. False with a refusal for anything the server cannot take.</summary>
    public static bool TryParse(string sdp, out SdpOffer? offer, out SdpRefusal? refusal)
    {
        offer = null;
        refusal = SessionDescriptionReader.Read(sdp, out var description) ?? SdpDemands.Check(description);
        if (refusal is not null)
        {
            return false;
        }

        offer = new SdpOffer(description, SdpDemands.Tagged(description)!);
        return true;
    }

    /// <summary>
    /// True when this offer asks for new credentials (RFC 8839 §4.4.1.1.1): no section has the ones in use any more. A section
    /// we rejected may come first and have others, as aiortc's have. False for a first offer.
    /// </summary>
    public bool IsIceRestart(NegotiatedSession? previous) =>
        previous is not null && !Description.Media.Exists(m =>
            string.Equals(m.Transport.UsernameFragment, previous.RemoteIce.UsernameFragment, StringComparison.Ordinal)
            && string.Equals(m.Transport.Password, previous.RemoteIce.Password, StringComparison.Ordinal));

    /// <summary>What was understood, written back. Holds credentials: not for logs.</summary>
    public override string ToString() => SessionDescriptionWriter.Write(Description);
}

/// <summary>What every description must have, offer or answer: BUNDLE, rtcp-mux, credentials, a sha-256 fingerprint.</summary>
internal static class SdpDemands
{
    public static SdpRefusal? Check(SessionDescription session)
    {
        var mids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < session.Media.Count; i++)
        {
            var code = FaultOf(session, session.Media[i], mids);
            if (code is not null)
            {
                return new SdpRefusal(code, $"Section {i.ToString(CultureInfo.InvariantCulture)}.");
            }
        }

        return Tagged(session) is null ? new SdpRefusal(SdpCodes.NoMedia, "No audio or video section is on.") : null;
    }

    /// <summary>The section whose transport the whole bundle uses (RFC 9143 §7.3.1), passing over what we always reject.</summary>
    public static MediaDescription? Tagged(SessionDescription session)
    {
        foreach (var mid in session.Bundle)
        {
            var media = session.Media.Find(m => string.Equals(m.Mid, mid, StringComparison.Ordinal));
            if (media is { IsOff: false, IsRtp: true, Kind: not null })
            {
                return media;
            }
        }

        return null;
    }

    private static string? FaultOf(SessionDescription session, MediaDescription media, HashSet<string> mids)
    {
        if (media.Mid is not null && !mids.Add(media.Mid))
        {
            return SdpCodes.Malformed;
        }

        if (media.IsOff)
        {
            return null;
        }

        if (media.Mid is null || !session.Bundle.Contains(media.Mid))
        {
            return SdpCodes.NoBundle;
        }

        if (!media.IsRtp || media.Kind is null)
        {
            return null;
        }

        return !media.RtcpMux ? SdpCodes.NoRtcpMux
            : media.Transport.UsernameFragment is null || media.Transport.Password is null ? SdpCodes.NoIceCredentials
            : media.Transport.Fingerprint is null ? SdpCodes.NoFingerprint : null;
    }
}
