using System.Security.Cryptography;

namespace AfterSales.Video.Evidence.Journals;

/// <summary>The chain of recordings-schema/journal/v1 §4. Pure.</summary>
public static class HashChain
{
    private const int BoundHeaderStart = 4;
    private const int BoundHeaderLength = JournalFormat.BlockHeaderLength - JournalFormat.HashLength - BoundHeaderStart;

    /// <summary>H0 = SHA-256(domain tag ‖ prologue ‖ header body).</summary>
    /// <param name="prologueAndBody">Everything in the file before H0.</param>
    public static void Genesis(ReadOnlySpan<byte> prologueAndBody, Span<byte> hash)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(JournalFormat.DomainTag);
        sha.AppendData(prologueAndBody);
        sha.GetHashAndReset(hash);
    }

    /// <summary>
    /// Hi = SHA-256(0x01 ‖ Hi-1 ‖ block header bytes 4..120), which are: version, type, cipher, seq, monotonic, UTC, lengths, record
    /// count, nonce, SHA-256(plaintext), SHA-256(stored). Allocates nothing.
    /// </summary>
    public static void Next(ReadOnlySpan<byte> previous, ReadOnlySpan<byte> blockHeader, Span<byte> hash)
    {
        Span<byte> input = stackalloc byte[1 + JournalFormat.HashLength + BoundHeaderLength];
        input[0] = 0x01;
        previous[..JournalFormat.HashLength].CopyTo(input[1..]);
        blockHeader.Slice(BoundHeaderStart, BoundHeaderLength).CopyTo(input[(1 + JournalFormat.HashLength)..]);
        SHA256.HashData(input, hash);
    }
}
