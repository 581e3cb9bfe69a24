namespace AfterSales.Video.Rtc.Sdp;

/// <summary>Offer in, answer out (RFC 8829, RFC 3264): a pure function but for the SSRC source.</summary>
public static class SdpNegotiator
{
    public static NegotiationResult Answer(string offerSdp, MediaPolicy policy, LocalTransport local, NegotiatedSession? previous) =>
        SdpOffer.TryParse(offerSdp, out var offer, out var refusal)
            ? Answer(offer!, policy, local, previous)
            : NegotiationResult.Refused(refusal!.Code, refusal.Detail);

    /// <param name="offer">Read already, so that the caller could see whether it restarts ICE and prepare <paramref name="local"/>.</param>
    /// <param name="policy">What we are willing to do.</param>
    /// <param name="local">Our side of the transport.</param>
    /// <param name="previous">The result of the last accepted offer: its m-lines stay in order and our SSRCs stay the same.</param>
    public static NegotiationResult Answer(SdpOffer offer, MediaPolicy policy, LocalTransport local, NegotiatedSession? previous) =>
        throw new NotSupportedException("Lands next.");
}
