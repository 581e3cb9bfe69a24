using System.Buffers;
using System.Security.Cryptography;
using AfterSales.Video.Evidence;
using Microsoft.Win32.SafeHandles;

namespace AfterSales.Video.Recording.Segments;

/// <summary>Brings one range of a file into the store so that it is there for sure, whatever the store said the times before.</summary>
internal sealed class SegmentPut(IEvidenceStore store)
{
    private const int CompareLength = 128 * 1024;

    private static readonly EvidenceMetadata Metadata = new(
        "application/vnd.aftersales.journal-segment", new Dictionary<string, string>(StringComparer.Ordinal) { ["purpose"] = "segment" });

    /// <summary>Lower-case hex of SHA-256 over the range.</summary>
    public static async Task<string> DigestAsync(SafeFileHandle file, long from, long length, CancellationToken ct)
    {
        await using var range = new FileRangeStream(file, from, length);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(range, ct));
    }

    /// <summary>Puts, then reads the object back and compares it with the file byte by byte: as strong as a digest of both, and a twentieth of its price.</summary>
    /// <returns>Lower-case hex of SHA-256 over what was sent; null when another object is under this name: never overwritten, never taken for ours.</returns>
    /// <exception cref="EvidenceStoreException">The store failed; to be tried again.</exception>
    public async Task<string?> TryPutAsync(EvidenceKey key, SafeFileHandle file, SegmentRange range, CancellationToken ct)
    {
        string? sha256 = null;
        try
        {
            await using var content = new FileRangeStream(file, range.From, range.Length);
            sha256 = (await store.PutAsync(key, content, Metadata, ct)).Sha256;
        }
        catch (EvidenceStoreException e) when (e.Reason == "exists")
        {
            // Written by the call whose answer was lost.
        }

        return await IsStoredAsync(key, file, range.From, range.Length, ct) switch
        {
            null => throw new EvidenceStoreException("unavailable", "The store took the segment and does not have it."),
            true => sha256 ?? await DigestAsync(file, range.From, range.Length, ct),
            false => null,
        };
    }

    /// <summary>Reads all of the object. True: the same bytes as these of the file. Null: there is none.</summary>
    public async Task<bool?> IsStoredAsync(EvidenceKey key, SafeFileHandle file, long from, long length, CancellationToken ct)
    {
        await using var stored = await store.OpenReadAsync(key, ct);
        if (stored is null)
            return null;
        await using var local = new FileRangeStream(file, from, length);
        var buffer = ArrayPool<byte>.Shared.Rent(2 * CompareLength);
        try
        {
            return await AreSameAsync(stored, local, buffer.AsMemory(0, CompareLength), buffer.AsMemory(CompareLength, CompareLength), ct);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<bool> AreSameAsync(Stream stored, Stream local, Memory<byte> theirs, Memory<byte> ours, CancellationToken ct)
    {
        while (true)
        {
            var read = await stored.ReadAtLeastAsync(theirs, theirs.Length, throwOnEndOfStream: false, ct);
            var have = await local.ReadAtLeastAsync(ours[..read], read, throwOnEndOfStream: false, ct);
            if (have != read || !theirs.Span[..read].SequenceEqual(ours.Span[..read]))
                return false;
            if (read < theirs.Length)
                return local.Position == local.Length;
        }
    }
}
