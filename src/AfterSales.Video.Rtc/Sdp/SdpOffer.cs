namespace AfterSales.Video.Rtc.Sdp;

/// <summary>A session description that was read and checked against every cap, before any policy is applied.</summary>
public sealed partial class SdpOffer
{
    /// <summary>Transport credentials of the bundle.</summary>
    public required IceParameters Ice { get; init; }

    public required DtlsFingerprint Fingerprint { get; init; }

    /// <summary>Reads an offer of at most 16 KB. False with a refusal for anything the server cannot take.</summary>
    public static bool TryParse(string sdp, out SdpOffer? offer, out SdpRefusal? refusal) => throw new NotSupportedException("Lands next.");

    /// <summary>True when this offer asks for new credentials (RFC 8839 §4.4.1.1.1). False for a first offer.</summary>
    public bool IsIceRestart(NegotiatedSession? previous) => previous is not null && previous.RemoteIce != Ice;
}
