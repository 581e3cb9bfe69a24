namespace AfterSales.Video.Rtc.Sdp;

/// <summary>One m-section of our own offer (client role).</summary>
public sealed record OfferedMedia(string Mid, MediaKind Kind, bool Sends, bool Receives)
{
    /// <summary>0 when this section never sends.</summary>
    public uint Ssrc { get; init; }

    /// <summary>0 without retransmission.</summary>
    public uint RtxSsrc { get; init; }

    /// <summary>Codecs in order of preference; a subset of H264, VP8, VP9, AV1 or opus, red.</summary>
    public IReadOnlyList<string> Codecs { get; init; } = [];
}

/// <summary>The client role's side of negotiation, for tests and load generation.</summary>
public static class SdpOfferBuilder
{
    /// <summary>Writes an offer with BUNDLE, rtcp-mux and actpass.</summary>
    /// <param name="media">In m-line order; later offers only append.</param>
    /// <param name="local">Our transport.</param>
    /// <param name="version">Grows with every offer (RFC 3264 §8).</param>
    public static string Build(IReadOnlyList<OfferedMedia> media, LocalTransport local, long version) => throw new NotSupportedException("Lands next.");

    /// <summary>
    /// What the answer makes of our offer, seen from this side: RemoteSends is what the server may send us,
    /// RemoteSources its slots' SSRCs, LocalSsrc our own. AnswerSdp of the result is the answer itself.
    /// </summary>
    public static NegotiationResult ApplyAnswer(IReadOnlyList<OfferedMedia> media, string answerSdp) => throw new NotSupportedException("Lands next.");
}
