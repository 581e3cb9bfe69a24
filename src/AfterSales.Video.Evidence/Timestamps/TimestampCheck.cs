namespace AfterSales.Video.Evidence.Timestamps;

/// <summary>Why a reply proves nothing.</summary>
public enum TimestampRefusal
{
    None,

    /// <summary>Not a TimeStampResp, or the token in it cannot be read.</summary>
    Malformed,

    /// <summary>The authority refused; its words are in the detail.</summary>
    NotGranted,

    /// <summary>Not an answer to this question.</summary>
    WrongNonce,

    /// <summary>About something else, or with a digest other than SHA-256.</summary>
    WrongImprint,

    /// <summary>The token was changed after it was signed, or names no certificate that signed it.</summary>
    BadSignature,

    /// <summary>The certificate is not for time-stamping only (RFC 3161 §2.3: critical, sole key purpose).</summary>
    WrongKeyUsage,

    /// <summary>No chain to a trusted root at the token's time.</summary>
    Untrusted,

    /// <summary>The certificate or one above it was not valid at the token's time.</summary>
    Expired,

    /// <summary>Not within the allowed distance of the expected time.</summary>
    WrongTime,

    /// <summary>Issued under another policy than the one demanded.</summary>
    WrongPolicy,
}

/// <param name="GenTime">The authority's time, when the token could be read.</param>
/// <param name="Trusted">True when the chain ends in one of the given roots; false when no roots were given.</param>
/// <param name="Authority">Subject of the signing certificate.</param>
/// <param name="Detail">For people; empty when there is nothing to say.</param>
public sealed record TimestampCheck(TimestampRefusal Refusal, DateTimeOffset? GenTime, bool Trusted, string Authority, string Detail)
{
    public bool IsGood => Refusal == TimestampRefusal.None;

    internal static TimestampCheck Refused(TimestampRefusal refusal, string detail, DateTimeOffset? genTime = null) => new(refusal, genTime, Trusted: false, "", detail);
}

/// <summary>What a reply is held against.</summary>
/// <param name="Sha256">What it must be about.</param>
/// <param name="Nonce">Of the question; null when it is no longer known (a reply read back later).</param>
/// <param name="Roots">PEM certificates that are trusted; null or empty: signed by whom is told, trust is not.</param>
/// <param name="Expected">Null: any time.</param>
/// <param name="Policy">OID that must be the token's; null: any.</param>
public sealed record TimestampExpectation(
    ReadOnlyMemory<byte> Sha256, ReadOnlyMemory<byte>? Nonce = null, TimestampRoots? Roots = null, DateTimeOffset? Expected = null, string? Policy = null)
{
    /// <summary>EVIDENCE.md: the authority's time is within five minutes of ours.</summary>
    public TimeSpan Tolerance { get; init; } = TimeSpan.FromMinutes(5);
}
