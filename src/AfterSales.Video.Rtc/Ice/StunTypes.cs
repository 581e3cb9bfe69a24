namespace AfterSales.Video.Rtc.Ice;

/// <summary>STUN message class (RFC 8489 §5).</summary>
public enum StunClass
{
    Request = 0,
    Indication = 1,
    SuccessResponse = 2,
    ErrorResponse = 3,
}

/// <summary>Attributes used by ICE (RFC 8489 §18.3, RFC 8445 §16.1).</summary>
public enum StunAttributeType
{
    None = 0,
    MappedAddress = 0x0001,
    Username = 0x0006,
    MessageIntegrity = 0x0008,
    ErrorCode = 0x0009,
    UnknownAttributes = 0x000A,
    XorMappedAddress = 0x0020,
    Priority = 0x0024,
    UseCandidate = 0x0025,
    Software = 0x8022,
    Fingerprint = 0x8028,
    IceControlled = 0x8029,
    IceControlling = 0x802A,

    /// <summary>Chromium's renomination: a counter; the highest nominated wins (draft-thatcher-ice-renomination).</summary>
    Nomination = 0xC001,
}

/// <summary>The sizes and constants of STUN.</summary>
public static class Stun
{
    public const uint MagicCookie = 0x2112A442;
    public const int HeaderLength = 20;
    public const int TransactionIdLength = 12;
    public const ushort BindingMethod = 0x001;

    /// <summary>An ICE check is about 100 bytes; nothing longer than a minimal IPv6 datagram is looked at.</summary>
    public const int MaxMessageLength = 1232;

    /// <summary>HMAC-SHA1 (RFC 8489 §14.5).</summary>
    internal const int IntegrityLength = 20;

    internal const int IntegrityAttributeLength = 4 + IntegrityLength;

    internal const int FingerprintAttributeLength = 8;

    /// <summary>CRC-32 is XORed with "STUN" (RFC 8489 §14.7).</summary>
    internal const uint FingerprintXor = 0x5354554E;
}
