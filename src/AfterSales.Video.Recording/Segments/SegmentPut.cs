using System.Security.Cryptography;
using AfterSales.Video.Evidence;
using Microsoft.Win32.SafeHandles;

namespace AfterSales.Video.Recording.Segments;

/// <summary>Brings one range of a file into the store so that it is there for sure, whatever the store said the times before.</summary>
internal sealed class SegmentPut(IEvidenceStore store)
{
    private static readonly EvidenceMetadata Metadata = new(
        "application/vnd.aftersales.journal-segment", new Dictionary<string, string>(StringComparer.Ordinal) { ["purpose"] = "segment" });

    /// <summary>Lower-case hex of SHA-256 over the range.</summary>
    public static async Task<string> DigestAsync(SafeFileHandle file, long from, long length, CancellationToken ct)
    {
        await using var range = new FileRangeStream(file, from, length);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(range, ct));
    }

    /// <summary>Puts, then reads the object back and compares every byte by its digest.</summary>
    /// <returns>False when another object is under this name: never overwritten, never taken for ours.</returns>
    /// <exception cref="EvidenceStoreException">The store failed; to be tried again.</exception>
    public async Task<bool> TryPutAsync(EvidenceKey key, SafeFileHandle file, SegmentRange range, string sha256, CancellationToken ct)
    {
        try
        {
            await using var content = new FileRangeStream(file, range.From, range.Length);
            await store.PutAsync(key, content, Metadata, ct);
        }
        catch (EvidenceStoreException e) when (e.Reason == "exists")
        {
            // Written by the call whose answer was lost.
        }

        return await ReadBackAsync(key, ct) is not { } stored
            ? throw new EvidenceStoreException("unavailable", "The store took the segment and does not have it.")
            : stored == sha256;
    }

    /// <summary>Digest of what is in the store, by reading all of it; null when there is nothing.</summary>
    public async Task<string?> ReadBackAsync(EvidenceKey key, CancellationToken ct)
    {
        await using var stored = await store.OpenReadAsync(key, ct);
        return stored is null ? null : Convert.ToHexStringLower(await SHA256.HashDataAsync(stored, ct));
    }
}
