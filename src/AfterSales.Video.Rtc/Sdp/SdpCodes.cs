namespace AfterSales.Video.Rtc.Sdp;

/// <summary>Stable codes of <see cref="SdpRefusal"/>.</summary>
public static class SdpCodes
{
    public const string TooLarge = "sdp.too_large";
    public const string Malformed = "sdp.malformed";
    public const string TooManySections = "sdp.too_many_sections";
    public const string TooManyCandidates = "sdp.too_many_candidates";
    public const string TooManyCodecs = "sdp.too_many_codecs";
    public const string TooManySources = "sdp.too_many_sources";
    public const string TooManyExtensions = "sdp.too_many_extensions";

    /// <summary>No audio or video section that is switched on.</summary>
    public const string NoMedia = "sdp.no_media";

    /// <summary>A section is outside a=group:BUNDLE, or has no mid.</summary>
    public const string NoBundle = "sdp.no_bundle";
    public const string NoRtcpMux = "sdp.no_rtcp_mux";
    public const string NoIceCredentials = "sdp.no_ice_credentials";

    /// <summary>No sha-256 fingerprint.</summary>
    public const string NoFingerprint = "sdp.no_fingerprint";

    /// <summary>A later offer dropped, reordered or renamed m-sections (RFC 8829 §5.2.2).</summary>
    public const string SectionsChanged = "sdp.sections_changed";

    /// <summary>A later offer wants another DTLS certificate or role: open a new connection instead.</summary>
    public const string DtlsChanged = "sdp.dtls_changed";

    /// <summary>The answer does not fit our offer.</summary>
    public const string AnswerMismatch = "sdp.answer_mismatch";
}
