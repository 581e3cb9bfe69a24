using System.Text;
using System.Text.Json;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Recording.Capture;

/// <summary>
/// One running journal. The block being filled lies in <see cref="_open"/>; whoever wants to add a record takes it out by exchange and puts
/// it back, so nobody ever waits: a second thread that finds nothing there starts a block of its own.
/// </summary>
internal sealed class RecordingSession : IRecordingSession
{
    private const int MaxEventJson = 32 * 1024;
    private readonly RecorderClock _clock;
    private readonly CallRecorderOptions _options;
    private readonly JournalWriter _writer;
    private readonly BlockPool _pool;
    private readonly JournalFile _journal;
    private readonly LostPackets _lost = new();
    private readonly ITimer _sealTimer;
    private readonly long _blockAgeNs;
    private readonly TaskCompletionSource<JournalSummary> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BlockBuffer? _open;
    private int _inFlight;
    private int _stopping;
    private volatile bool _paused;
    private volatile bool _ended;
    private volatile string? _fault;
    private volatile JournalHead? _synced;
    private long _lastCheckpointNs = long.MinValue;
    private long? _loopOffsetNs;
    private long _packets;
    private long _bytes;
    private long _lastSyncNs;

    public RecordingSession(string recordingId, JournalFile journal, RecorderClock clock, CallRecorderOptions options, JournalWriter writer, BlockPool pool)
    {
        (RecordingId, _journal, _clock, _options, _writer, _pool) = (recordingId, journal, clock, options, writer, pool);
        _blockAgeNs = options.BlockAge.Ticks * 100;
        _sealTimer = clock.Time.CreateTimer(static state => ((RecordingSession)state!).SealIfOld(), this, options.SealCheck, options.SealCheck);
    }

    public string RecordingId { get; }

    public JournalHead? Synced => _synced;

    public RecordingStatistics Statistics => new(
        Volatile.Read(ref _packets), Volatile.Read(ref _bytes), _journal.Blocks, _lost.Total,
        TimeSpan.FromTicks((_clock.NowNs - Volatile.Read(ref _lastSyncNs)) / 100))
    { Fault = _fault };

    public void OnTrackStarted(in TapTrack track, long arrivalNs)
    {
        var timeNs = ToRecordingTime(arrivalNs);
        if (Take(4 * 1024, timeNs) is not { } block)
            return;
        block.Records.TrackStarted(track, timeNs);
        PutBack(block, timeNs);
    }

    public void OnTrackEnded(ushort trackId, long arrivalNs)
    {
        var timeNs = ToRecordingTime(arrivalNs);
        if (Take(64, timeNs) is not { } block)
            return;
        block.Records.TrackEnded(trackId, timeNs);
        PutBack(block, timeNs);
    }

    public void OnRtp(ushort trackId, long arrivalNs, bool recovered, ReadOnlySpan<byte> packet)
    {
        if (_paused)
            return;
        var timeNs = ToRecordingTime(arrivalNs);
        if (Take(RecordWriter.HeadLength + RecordWriter.RtpPrefix + packet.Length, timeNs) is not { } block)
        {
            _lost.Add(timeNs, packet.Length);
            return;
        }

        if (block.Records.Rtp(trackId, timeNs, recovered, packet))
        {
            block.Packets++;
            block.PacketBytes += packet.Length;
            Volatile.Write(ref _packets, _packets + 1);
            Volatile.Write(ref _bytes, _bytes + packet.Length);
        }
        else
        {
            _lost.Add(timeNs, packet.Length);
        }

        PutBack(block, timeNs);
    }

    public void OnSenderReport(ushort trackId, long arrivalNs, ulong ntpTimestamp, uint rtpTimestamp, uint packetCount, uint octetCount)
    {
        var timeNs = ToRecordingTime(arrivalNs);
        if (Take(RecordWriter.SenderReportLength, timeNs) is not { } block)
            return;
        block.Records.SenderReport(trackId, timeNs, ntpTimestamp, rtpTimestamp, packetCount, octetCount);
        PutBack(block, timeNs);
    }

    public void OnRoomEvent(in TapRoomEvent roomEvent, long arrivalNs)
    {
        var timeNs = ToRecordingTime(arrivalNs);
        if (Take(4 * 1024, timeNs) is not { } block)
            return;
        block.Records.RoomEvent(roomEvent, timeNs);
        PutBack(block, timeNs);
    }

    public void AppendEvent(RecordingEvent recordingEvent)
    {
        ArgumentNullException.ThrowIfNull(recordingEvent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Encoding.UTF8.GetByteCount(recordingEvent.Json), MaxEventJson, nameof(recordingEvent));
        AppendText(RecordType.Event, recordingEvent.Kind, recordingEvent.Json);
    }

    public void Pause(string reason)
    {
        _paused = true;
        AppendText(RecordType.Paused, reason, "");
    }

    public void Resume()
    {
        AppendText(RecordType.Resumed, "", "");
        _paused = false;
    }

    public Task<JournalSummary> StopAsync(string reason, CancellationToken ct)
    {
        if (Interlocked.Exchange(ref _stopping, 1) == 0)
        {
            _sealTimer.Dispose();
            Submit(Interlocked.Exchange(ref _open, null), BlockType.Records);
            // The END block is written even when the queue is full: it is what tells a stopped recording from a broken one.
            var end = _pool.Rent();
            Interlocked.Increment(ref _inFlight);
            end.Open(_clock.NowNs);
            end.Records.Text(RecordType.Paused, 0, end.OpenedNs, reason, "");
            Submit(end, BlockType.End);
        }

        return _stopped.Task.WaitAsync(ct);
    }

    public async ValueTask DisposeAsync() => await StopAsync("disposed", CancellationToken.None);

    /// <summary>Journal thread.</summary>
    internal void Write(BlockBuffer block, BlockType type)
    {
        try
        {
            if (type == BlockType.End)
                FinishEnd(block);
            if (_fault is null && !_ended)
                _journal.Append(block, type);
            else
                _lost.Add(block);
        }
        catch (IOException e)
        {
            _lost.Add(block);
            if (type == BlockType.End)
                _fault = e.Message;
        }
        finally
        {
            _ended |= type == BlockType.End;
            Interlocked.Decrement(ref _inFlight);
            _pool.Return(block);
        }
    }

    /// <summary>Sync thread. True when the journal is closed and done with.</summary>
    internal bool SyncOrClose()
    {
        var ended = _ended;
        try
        {
            if (_fault is null && _journal.IsDirty && _journal.Sync() is { } reached)
                Checkpoint(reached);
            Volatile.Write(ref _lastSyncNs, _clock.NowNs);
        }
        catch (IOException e)
        {
            // After a failed fdatasync the kernel has dropped the pages: nothing more may be claimed about this file.
            _fault = e.Message;
        }

        if (ended)
            Close();
        return ended;
    }

    private void Checkpoint(JournalHead reached)
    {
        _synced = reached;
        if (!reached.IsEnd && _clock.NowNs - _lastCheckpointNs < _options.CheckpointInterval.Ticks * 100 && _lastCheckpointNs != long.MinValue)
            return;
        _lastCheckpointNs = _clock.NowNs;
        _options.OnCheckpoint?.Invoke(reached);
    }

    private void Close()
    {
        _journal.Dispose();
        var duration = TimeSpan.FromTicks(_clock.NowNs / 100);
        _stopped.TrySetResult(new JournalSummary(
            _journal.Path, _journal.Blocks, Volatile.Read(ref _packets), duration, _journal.HeadHex, _fault is null));
    }

    private void FinishEnd(BlockBuffer end)
    {
        // A tap call that was under way while StopAsync looked.
        if (Interlocked.Exchange(ref _open, null) is { } late)
        {
            SealNow(late);
            Write(late, BlockType.Records);
        }

        var reader = new RecordReader(end.Memory.AsSpan(JournalFormat.BlockHeaderLength, end.Records.Length));
        var reason = reader.Read() && reader.TryGetText(out _, out var text, out _) ? text : "";
        var counts = new EndCounts(_journal.Blocks, Volatile.Read(ref _packets), _lost.Total, Recovered: false, CutBytes: 0);
        end.Open(_clock.NowNs);
        _lost.WriteTo(end);
        end.Records.Text(RecordType.End, 0, _clock.NowNs, reason, JsonSerializer.Serialize(counts, JournalJson.Default.EndCounts));
        SealNow(end);
    }

    private void AppendText(RecordType type, string first, string second)
    {
        var nowNs = _clock.NowNs;
        if (Take(64 + Encoding.UTF8.GetByteCount(first) + Encoding.UTF8.GetByteCount(second), nowNs) is not { } block)
        {
            _lost.Add(nowNs, 0);
            return;
        }

        block.Records.Text(type, 0, nowNs, first, second);
        PutBack(block, nowNs);
    }

    /// <summary>The open block with room for <paramref name="needed"/> bytes; null when too many blocks wait for the disk.</summary>
    private BlockBuffer? Take(int needed, long nowNs)
    {
        var block = Interlocked.Exchange(ref _open, null);
        if (block is not null && block.Records.Free >= needed)
            return block;
        Submit(block, BlockType.Records);
        if (Volatile.Read(ref _stopping) != 0)
            return null;
        if (Interlocked.Increment(ref _inFlight) > _options.MaxBlocksInFlight)
        {
            Interlocked.Decrement(ref _inFlight);
            return null;
        }

        block = _pool.Rent();
        block.Open(nowNs);
        _lost.WriteTo(block);
        return block;
    }

    private void PutBack(BlockBuffer block, long nowNs)
    {
        if (nowNs - block.OpenedNs >= _blockAgeNs)
            Submit(block, BlockType.Records);
        else
            Submit(Interlocked.Exchange(ref _open, block), BlockType.Records);
    }

    private void SealIfOld()
    {
        if (Interlocked.Exchange(ref _open, null) is { } block)
            PutBack(block, _clock.NowNs);
    }

    private void Submit(BlockBuffer? block, BlockType type)
    {
        if (block is null)
            return;
        SealNow(block);
        _writer.Enqueue(this, block, type);
    }

    private void SealNow(BlockBuffer block) => block.Seal(_clock.NowNs, _clock.UtcNs);

    /// <summary>The loop's clock has another origin; the difference is taken once, at the first call, and kept.</summary>
    private long ToRecordingTime(long arrivalNs)
    {
        _loopOffsetNs ??= _clock.NowNs - arrivalNs;
        return arrivalNs + _loopOffsetNs.GetValueOrDefault();
    }
}
