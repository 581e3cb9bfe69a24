using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AfterSales.Video.Evidence.Journals;

/// <summary>The head of a journal file: prologue, JSON body, H0 (recordings-schema/journal/v1 §2).</summary>
public static class FileHeader
{
    private const int NonceOffset = 32;
    private const int NonceLength = 16;
    private const int DataKeyIdOffset = 48;

    /// <summary>Builds the whole head. <paramref name="hash"/> receives H0.</summary>
    /// <param name="nonce">16 random bytes.</param>
    /// <param name="dataKeyId">See <see cref="DataKeyId"/>; empty for a journal without encryption.</param>
    /// <param name="body">The header record as UTF-8 JSON.</param>
    public static byte[] Write(long startUtcNs, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> dataKeyId, ReadOnlySpan<byte> body, Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceLength, nameof(nonce));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(body.Length, JournalFormat.MaxHeaderBodyLength, nameof(body));
        var file = new byte[JournalFormat.PrologueLength + body.Length + JournalFormat.HashLength];
        JournalFormat.FileMagic.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), JournalFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(12), body.Length);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(16), startUtcNs);
        nonce.CopyTo(file.AsSpan(NonceOffset));
        dataKeyId.CopyTo(file.AsSpan(DataKeyIdOffset, JournalFormat.DataKeyIdLength));
        body.CopyTo(file.AsSpan(JournalFormat.PrologueLength));
        HashChain.Genesis(file.AsSpan(0, JournalFormat.PrologueLength + body.Length), hash);
        hash[..JournalFormat.HashLength].CopyTo(file.AsSpan(JournalFormat.PrologueLength + body.Length));
        return file;
    }

    /// <summary>Length of the JSON body; false when this is no journal of version 1.</summary>
    public static bool TryReadPrologue(ReadOnlySpan<byte> prologue, out int bodyLength, out long startUtcNs)
    {
        (bodyLength, startUtcNs) = (0, 0);
        if (prologue.Length < JournalFormat.PrologueLength || !prologue.StartsWith(JournalFormat.FileMagic)
            || BinaryPrimitives.ReadUInt16LittleEndian(prologue[8..]) != JournalFormat.Version)
            return false;
        bodyLength = BinaryPrimitives.ReadInt32LittleEndian(prologue[12..]);
        startUtcNs = BinaryPrimitives.ReadInt64LittleEndian(prologue[16..]);
        return bodyLength is >= 0 and <= JournalFormat.MaxHeaderBodyLength;
    }

    /// <summary>The id of a data key as it stands in heads: the first 16 bytes of SHA-256(key).</summary>
    public static byte[] DataKeyId(ReadOnlySpan<byte> dataKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(dataKey.Length, JournalFormat.DataKeyLength, nameof(dataKey));
        return SHA256.HashData(dataKey)[..JournalFormat.DataKeyIdLength];
    }

    /// <summary>Id of the data key a head names; all zero when the journal is not encrypted.</summary>
    public static ReadOnlySpan<byte> DataKeyIdOf(ReadOnlySpan<byte> prologue) => prologue.Slice(DataKeyIdOffset, JournalFormat.DataKeyIdLength);
}
