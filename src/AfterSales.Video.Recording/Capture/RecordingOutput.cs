using System.Globalization;
using System.Text.Json;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Recording.Segments;

namespace AfterSales.Video.Recording.Capture;

/// <summary>
/// One running journal: the side that writes. <see cref="Write"/> and <see cref="Settle"/> are the writer's thread's, <see cref="Sync"/> the sync
/// thread's; the rest may be read by any.
/// </summary>
internal sealed class RecordingOutput : IDisposable
{
    /// <summary>Syncs to wait for an END that no file takes; then the journal is left to recovery.</summary>
    private const int EndTries = 12;
    private readonly RecordingSession _session;
    private readonly RecorderClock _clock;
    private readonly CallRecorderOptions _options;
    private readonly BlockPool _pool;
    private readonly RecordingGaps _gaps;
    private readonly LiveTracks _tracks;
    private readonly PartedJournal _journal;
    private readonly TaskCompletionSource<JournalSummary> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _endReason;
    private volatile JournalHead? _synced;
    private volatile bool _done;
    private JournalHead? _checkpoint;
    private long _checkpointNs;
    private long _lastSyncNs;
    private int _endPart;
    private int _endTries;
    private long _droppedTold;
    private bool _refusalTold;

    public RecordingOutput(
        RecordingSession session, RecordingHeader header, ReadOnlySpan<byte> dataKey, RecorderClock clock, CallRecorderOptions options, BlockPool pool,
        RecordingGaps gaps, LiveTracks tracks)
    {
        (_session, _clock, _options, _pool, _gaps, _tracks) = (session, clock, options, pool, gaps, tracks);
        _journal = new PartedJournal(options.SpoolFolder, header, clock.StartUtcNs, dataKey, pool, options.MaxBlocksInMemory, MakePreface, gaps.LetGo, gaps.Refused);
    }

    public Task<JournalSummary> Stopped => _stopped.Task;
    public JournalHead? Synced => _synced;
    public long Blocks => _journal.Blocks;
    public string? Fault => _journal.Refusal;
    public long LastSyncNs => Volatile.Read(ref _lastSyncNs);

    public IReadOnlyList<PartProgress> Progress
    {
        get
        {
            // The writer goes on to the next part in two steps; between them the two do not fit.
            var spin = default(SpinWait);
            while (true)
            {
                var (file, finished) = (_journal.File, _journal.Finished);
                // Before the length: what is done gets no longer.
                var done = _done;
                if (finished.Count == file.Part - 1)
                    return [.. finished, new PartProgress(file.Part, file.Path, file.Synced?.Length ?? file.HeadLength, done)];
                spin.SpinOnce();
            }
        }
    }

    /// <summary>Writes and syncs what is there before anyone is told that the recording runs. Before the threads know it.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void WriteFirst(BlockBuffer block)
    {
        _journal.Append(block);
        if (_journal.Refusal is not null || !_journal.File.Sync())
            throw new IOException($"The journal cannot be written: {_journal.Refusal ?? _journal.File.Failure}");
        // Its checkpoint comes with the first round of the sync thread: whoever starts the recording knows it by then.
        _synced = _journal.File.Synced;
    }

    /// <summary>For a recording that never began, or is over.</summary>
    public void Dispose()
    {
        if (!_done)
            Finish(complete: false);
    }

    public void RequestEnd(string reason) => _endReason = reason;

    /// <returns>True when the END was written just now and is to be synced.</returns>
    public bool Write(BlockBuffer block)
    {
        _session.Arrived();
        if (_done)
        {
            _gaps.Refused.Add(block);
            _pool.Return(block);
            return false;
        }

        _journal.Append(block);
        TellRefusal();
        return _endReason is not null && TryEnd();
    }

    /// <summary>After each sync, and when the end is asked for.</summary>
    /// <returns>True when the END was written just now and is to be synced.</returns>
    public bool Settle()
    {
        if (_done)
            return false;
        _journal.Settle();
        TellRefusal();
        if (_gaps.Total is var dropped && dropped > _droppedTold)
        {
            Alarm(RecorderAlarmKind.PacketsDropped, string.Create(CultureInfo.InvariantCulture, $"{dropped - _droppedTold} packets could not be kept; the journal states the gap."));
            _droppedTold = dropped;
        }

        return _endReason is not null && TryEnd();
    }

    /// <summary>True when the journal is closed and done with.</summary>
    public bool Sync()
    {
        var file = _journal.File;
        if (!_done && (!file.IsDirty || file.Sync()))
        {
            Volatile.Write(ref _lastSyncNs, _clock.NowNs);
            Checkpoint();
        }

        return _done;
    }

    public void Alarm(string kind, string detail) => _options.OnAlarm?.Invoke(new RecorderAlarm(_session.RecordingId, kind, detail));

    private void Checkpoint()
    {
        if (_journal.File.Synced is not { } reached)
            return;
        var due = _checkpoint is null || _checkpoint.Part != reached.Part || reached.IsEnd || _clock.NowNs - _checkpointNs >= _options.CheckpointInterval.Ticks * 100;
        // A pause adds no block: what was signed once is not signed again.
        if (due && reached.HeadHex != _checkpoint?.HeadHex)
        {
            (_checkpoint, _checkpointNs) = (reached, _clock.NowNs);
            _options.OnCheckpoint?.Invoke(reached);
        }

        // Last, because it lets the writer's thread tell who waits for the end.
        _synced = reached;
    }

    private bool TryEnd()
    {
        if (_synced is { IsEnd: true })
        {
            Finish(complete: true);
            return false;
        }

        var isLast = _session.TryTakeLast(out var late);
        if (late is not null)
            _journal.Append(late);
        // An END whose file failed is gone with it: its counts would not be right in the next one.
        var written = isLast && (_endPart != _journal.File.Part || _journal.File.Failure is not null) && TryWriteEnd();
        _endTries = _journal.Refusal is null ? 0 : _endTries + 1;
        if (_endTries > EndTries)
            Finish(complete: false);
        return written;
    }

    private bool TryWriteEnd()
    {
        if (!_journal.IsDrained)
            return false;
        var end = _pool.Rent();
        end.Open(_clock.NowNs);
        _gaps.WriteLastTo(end);
        var counts = new EndCounts(_journal.Blocks, _session.PacketsTaken - _gaps.TakenAndLost, _gaps.Total, Recovered: false, CutBytes: 0);
        end.Records.Text(RecordType.End, 0, _clock.NowNs, _endReason!, JsonSerializer.Serialize(counts, JournalJson.Default.EndCounts));
        _session.Seal(end);
        var written = _journal.TryAppendEnd(end);
        if (written)
            _endPart = _journal.File.Part;
        _pool.Return(end);
        return written;
    }

    private void Finish(bool complete)
    {
        var summary = new JournalSummary(
            _journal.FirstPath, _journal.Blocks, _session.PacketsTaken - _gaps.TakenAndLost, TimeSpan.FromTicks(_clock.NowNs / 100), _journal.File.HeadHex, complete);
        _done = true;
        _journal.Dispose();
        _stopped.TrySetResult(summary);
    }

    /// <summary>The first block of a later part: why there is one, and what its packets will be.</summary>
    private BlockBuffer MakePreface(int part, string reason, BlockBuffer? next)
    {
        var block = _pool.Rent();
        block.Open(_clock.NowNs);
        var json = JsonSerializer.Serialize(new JournalContinued(part, reason), JournalJson.Default.JournalContinued);
        block.Records.Text(RecordType.Event, 0, _clock.NowNs, RecorderAlarmKind.JournalContinued, json);
        _gaps.LetGo.WriteTo(block);
        _tracks.WriteTo(block, _clock.NowNs);
        // What follows was sealed earlier; block times do not go back within a file.
        block.Seal(next?.SealedNs ?? _clock.NowNs, next?.SealedUtcNs ?? _clock.UtcNs);
        Alarm(RecorderAlarmKind.JournalContinued, $"Part {part} of the journal goes on after: {reason}");
        return block;
    }

    private void TellRefusal()
    {
        if (_refusalTold == _journal.Refusal is not null)
            return;
        _refusalTold = !_refusalTold;
        Alarm(_refusalTold ? RecorderAlarmKind.WriteFailed : RecorderAlarmKind.WriteResumed, _journal.Refusal ?? "The device takes blocks again.");
    }
}
