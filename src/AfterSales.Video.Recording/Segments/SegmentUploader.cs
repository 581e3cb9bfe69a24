using System.Collections.Concurrent;
using AfterSales.Video.Evidence;

namespace AfterSales.Video.Recording.Segments;

/// <summary>
/// Puts journals into the store in segments of about five seconds while they are written, each recording in order, and goes on after a restart
/// from what the store has. A store that is down costs nothing but delay: what waits is on the local disk, not in memory.
/// </summary>
public sealed class SegmentUploader(IEvidenceStore store, SegmentUploaderOptions options, TimeProvider time) : IAsyncDisposable, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<SegmentUpload>> _uploads = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _puts = new(options.MaxConcurrentPuts);

    /// <summary>Begins to upload; a recording that is being uploaded already stays as it is.</summary>
    /// <returns>All segments, when every part is finished and each was read back and found the same. Faults with <see cref="SegmentConflictException"/>.</returns>
    public Task<IReadOnlyList<StoredSegment>> Add(IJournalSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return _uploads.GetOrAdd(source.RecordingId, _ => new Lazy<SegmentUpload>(() => new SegmentUpload(source, store, options, time, _puts, _stopping.Token))).Value.Completion;
    }

    /// <summary>Null when the recording was never added, or forgotten.</summary>
    public SegmentUploadStatus? StatusOf(string recordingId) => _uploads.TryGetValue(recordingId, out var upload) ? upload.Value.Status : null;

    /// <summary>Whole segments of all recordings that wait on the local disk.</summary>
    public int CountWaiting() => _uploads.Values.Where(u => u.IsValueCreated && !u.Value.Completion.IsCompleted).Sum(u => u.Value.CountWaiting());

    /// <summary>Ends this recording's upload where it stands and lets it be added anew.</summary>
    public async Task ForgetAsync(string recordingId)
    {
        if (!_uploads.TryRemove(recordingId, out var upload))
            return;
        await upload.Value.StopAsync();
    }

    /// <summary>Stops without waiting.</summary>
    public void Dispose() => _stopping.Cancel();

    /// <summary>Stops after the put under way was cancelled; the next process goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var (_, upload) in _uploads)
            await upload.Value.StopAsync();
        _stopping.Dispose();
        _puts.Dispose();
    }
}

/// <param name="StoredBytes">In the store for sure.</param>
/// <param name="WaitingBytes">On the local disk only, as far as the device has them.</param>
/// <param name="Problem">Why the last try failed; null while all is well.</param>
public sealed record SegmentUploadStatus(long StoredBytes, long WaitingBytes, string? Problem);

/// <summary>The store holds other bytes under a segment's name. Both sides are left as they are: a person has to look.</summary>
public sealed class SegmentConflictException(string message) : Exception(message);
