using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Native;
using AfterSales.Video.Recording.Capture;
using Microsoft.Win32.SafeHandles;

namespace AfterSales.Video.Recording.Segments;

/// <summary>One recording's way into the store.</summary>
internal sealed class SegmentUpload
{
    private readonly IJournalSource _source;
    private readonly IEvidenceStore _store;
    private readonly SegmentUploaderOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _puts;
    private readonly CancellationTokenSource _stopping;
    private readonly SegmentPut _put;
    private readonly SegmentLimit _limit;
    private readonly List<StoredSegment> _stored = [];
    private Dictionary<string, StoredObject> _found = new(StringComparer.Ordinal);
    private long _storedBytes;
    private (int Part, long From) _next = (1, 0);
    private volatile string? _problem;

    public SegmentUpload(IJournalSource source, IEvidenceStore store, SegmentUploaderOptions options, TimeProvider time, SemaphoreSlim puts, CancellationToken stopping)
    {
        (_source, _store, _options, _time, _puts, _put) = (source, store, options, time, puts, new SegmentPut(store));
        _limit = SegmentLimit.Of(options.SegmentSpan);
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Completion = Task.Run(() => RunAsync(_stopping.Token));
    }

    public Task<IReadOnlyList<StoredSegment>> Completion { get; }

    public SegmentUploadStatus Status
    {
        get
        {
            var stored = Interlocked.Read(ref _storedBytes);
            return new SegmentUploadStatus(stored, Math.Max(0, _source.Progress.Sum(p => p.Length) - stored), _problem);
        }
    }

    /// <summary>Whole segments on the local disk that are not in the store for sure. Reads the headers of their blocks.</summary>
    public int CountWaiting()
    {
        (int Part, long From) next;
        lock (_stored)
            next = _next;
        var count = 0;
        foreach (var progress in _source.Progress.Skip(next.Part - 1))
        {
            using var file = FileSync.OpenForReading(progress.Path);
            var from = progress.Part == next.Part ? next.From : 0;
            while (from < progress.Length && SegmentCutter.Next(file, from, progress.Length, progress.Finished, _limit) is { } range)
                (from, count) = (range.To, count + 1);
        }

        return count;
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await ((Task)Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task<IReadOnlyList<StoredSegment>> RunAsync(CancellationToken ct)
    {
        await RetryAsync(FindStoredAsync, ct);
        for (var part = 1; ; part++)
        {
            await UploadPartAsync(part, ct);
            if (_source.Progress.Count == part)
                return _stored;
        }
    }

    /// <summary>What an earlier process has put there.</summary>
    private async Task FindStoredAsync(CancellationToken ct)
    {
        var found = new Dictionary<string, StoredObject>(StringComparer.Ordinal);
        await foreach (var item in _store.ListAsync(_source.TenantId, _source.RecordingId, ct))
        {
            if (JournalFiles.TryParseSegmentName(item.Key.Name, out _, out _))
                found[item.Key.Name] = item;
        }

        _found = found;
    }

    private async Task UploadPartAsync(int part, CancellationToken ct)
    {
        // Not FileStream: the recorder's lock on a journal being written keeps other openers out, us among them.
        using var file = FileSync.OpenForReading(_source.Progress[part - 1].Path);
        var (from, index) = (0L, 1);
        while (true)
        {
            var progress = _source.Progress[part - 1];
            if (progress.Finished && from == progress.Length)
                return;
            if (await FindRangeAsync(file, part, index, from, progress, ct) is not { } range)
            {
                await Task.Delay(_options.PollInterval, _time, ct);
                continue;
            }

            await StoreAsync(file, part, index, range, ct);
            (from, index) = (range.To, index + 1);
        }
    }

    /// <summary>The next segment; one that is stored already keeps its length, whatever would be cut today.</summary>
    private async Task<SegmentRange?> FindRangeAsync(SafeFileHandle file, int part, int index, long from, PartProgress progress, CancellationToken ct)
    {
        if (!_found.TryGetValue(JournalFiles.SegmentName(part, index), out var stored))
            return SegmentCutter.Next(file, from, progress.Length, progress.Finished, _limit);
        var same = stored.Length <= progress.Length - from && await SegmentPut.DigestAsync(file, from, stored.Length, ct) == stored.Sha256;
        return same && SegmentCutter.Next(file, from, from + stored.Length, finished: true, SegmentLimit.None) is { } range && range.Length == stored.Length
            ? range
            : throw Conflict(stored.Key);
    }

    private async Task StoreAsync(SafeFileHandle file, int part, int index, SegmentRange range, CancellationToken ct)
    {
        var name = JournalFiles.SegmentName(part, index);
        var key = EvidenceKey.Create(_source.TenantId, _source.RecordingId, name);
        var sha256 = "";
        await RetryAsync(async token => sha256 = await PutAsync(key, file, range, token), ct);
        lock (_stored)
        {
            _stored.Add(new StoredSegment(name, part, index, range.Length, sha256, range.FirstSeq, range.LastSeq));
            _next = (part, range.To);
        }

        Interlocked.Add(ref _storedBytes, range.Length);
    }

    /// <returns>Lower-case hex of SHA-256 over the segment, which is stored now.</returns>
    private async Task<string> PutAsync(EvidenceKey key, SafeFileHandle file, SegmentRange range, CancellationToken ct)
    {
        await _puts.WaitAsync(ct);
        try
        {
            if (!_found.TryGetValue(key.Name, out var found))
                return await _put.TryPutAsync(key, file, range, ct) ?? throw Conflict(key);
            // Its digest was found to be the file's when its length was taken over.
            return await _put.IsStoredAsync(key, file, range.From, range.Length, ct) is true ? found.Sha256 : throw Conflict(key);
        }
        finally
        {
            _puts.Release();
        }
    }

    private async Task RetryAsync(Func<CancellationToken, Task> attempt, CancellationToken ct)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                await attempt(ct);
                if (_problem is not null)
                    Alarm(RecorderAlarmKind.StoreBack, "The store takes segments again.");
                _problem = null;
                return;
            }
            catch (Exception e) when (e is not SegmentConflictException && !ct.IsCancellationRequested)
            {
                if (_problem is null)
                    Alarm(RecorderAlarmKind.StoreDown, $"The store does not take segments: {e.Message}");
                _problem = e.Message;
            }

            await Task.Delay(Backoff(failures), _time, ct);
        }
    }

    private TimeSpan Backoff(int failures)
    {
        var longest = Math.Min(_options.MaxBackoff.TotalSeconds, _options.MinBackoff.TotalSeconds * Math.Pow(2, Math.Min(failures, 30)));
#pragma warning disable CA5394 // Recordings that failed together shall not come back together; no secret depends on it.
        return TimeSpan.FromSeconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
#pragma warning restore CA5394
    }

    private SegmentConflictException Conflict(EvidenceKey key)
    {
        var message = $"The store holds other bytes under {key} than the local journal has. Both are kept; compare them before anything is deleted.";
        _problem = message;
        Alarm(RecorderAlarmKind.SegmentConflict, message);
        return new SegmentConflictException(message);
    }

    private void Alarm(string kind, string detail) => _options.OnAlarm?.Invoke(new RecorderAlarm(_source.RecordingId, kind, detail));
}
