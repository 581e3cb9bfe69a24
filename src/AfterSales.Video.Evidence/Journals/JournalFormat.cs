namespace AfterSales.Video.Evidence.Journals;

/// <summary>Sizes and numbers of recordings-schema/journal/v1, which is the reference.</summary>
public static class JournalFormat
{
    public const ushort Version = 1;
    public const int HashLength = 32;

    /// <summary>Fixed part of the file header, before the JSON body and H0.</summary>
    public const int PrologueLength = 64;
    public const int MaxHeaderBodyLength = 64 * 1024;
    public const int BlockHeaderLength = 152;

    /// <summary>AES-256 key of one recording; empty where a journal is not encrypted.</summary>
    public const int DataKeyLength = 32;

    /// <summary>Names the data key in the head: the first bytes of its SHA-256.</summary>
    public const int DataKeyIdLength = 16;
    public const int CipherNonceLength = 12;
    public const int CipherTagLength = 16;

    /// <summary>A block that claims more is corrupt: it keeps a reader's memory bounded.</summary>
    public const int MaxBlockLength = 1024 * 1024;

    public static ReadOnlySpan<byte> FileMagic => "ASVJRNL1"u8;
    public static ReadOnlySpan<byte> BlockMagic => "ABLK"u8;

    /// <summary>Separates this hash from every other use of SHA-256 in the product; the trailing zero ends it.</summary>
    public static ReadOnlySpan<byte> DomainTag => "aftersales.video/journal/v1\0"u8;
}

public enum BlockType : byte
{
    Records = 1,

    /// <summary>Last block of a journal; holds one END record.</summary>
    End = 2,
}

public enum BlockCipher : byte
{
    None = 0,

    /// <summary>12-byte nonce in the header, 16-byte tag at the end of the stored bytes, header bytes 4..56 as additional data.</summary>
    Aes256Gcm = 1,
}
