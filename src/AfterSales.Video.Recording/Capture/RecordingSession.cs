using System.Text;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Recording.Segments;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Recording.Capture;

/// <summary>
/// One running journal: the side that takes things in. The block being filled lies in <see cref="_open"/>; whoever wants to add a record takes it
/// out by exchange and puts it back, so nobody ever waits: a second thread that finds nothing there starts a block of its own.
/// </summary>
internal sealed class RecordingSession : IRecordingSession, IJournalSource
{
    private const int MaxEventJson = 32 * 1024;

    /// <summary>A record's head, size, digest and names.</summary>
    private const int StillOverhead = 1024;
    private readonly RecordingHeader _header;
    private readonly RecorderClock _clock;
    private readonly CallRecorderOptions _options;
    private readonly JournalWriter _writer;
    private readonly BlockPool _pool;
    private readonly RecordingOutput _output;
    private readonly RecordingGaps _gaps = new();
    private readonly LiveTracks _tracks = new();
    private readonly long _blockAgeNs;
    private BlockBuffer? _open;
    private int _inFlight;
    private int _stopping;
    private volatile bool _paused;
    private volatile bool _videoOff;
    private int _wantsKeyFrame;
    private long? _loopOffsetNs;
    private long _packets;
    private long _bytes;

    /// <exception cref="IOException">The first file cannot be made.</exception>
    public RecordingSession(RecordingHeader header, ReadOnlySpan<byte> dataKey, RecorderClock clock, CallRecorderOptions options, JournalWriter writer, BlockPool pool)
    {
        (_header, _clock, _options, _writer, _pool) = (header, clock, options, writer, pool);
        _blockAgeNs = options.BlockAge.Ticks * 100;
        _output = new RecordingOutput(this, header, dataKey, clock, options, pool, _gaps, _tracks);
    }

    public string RecordingId => _header.RecordingId;

    public string TenantId => _header.TenantId;

    public JournalHead? Synced => _output.Synced;

    public IReadOnlyList<PartProgress> Progress => _output.Progress;

    public RecordingStatistics Statistics => new(
        Volatile.Read(ref _packets), Volatile.Read(ref _bytes), _output.Blocks, _gaps.Total, TimeSpan.FromTicks((_clock.NowNs - _output.LastSyncNs) / 100))
    { Fault = _output.Fault };

    /// <summary>Packets taken in; what was lost later is counted in the gaps.</summary>
    internal long PacketsTaken => Volatile.Read(ref _packets);

    internal RecordingOutput Output => _output;

    public void OnTrackStarted(in TapTrack track, long arrivalNs)
    {
        var timeNs = ToRecordingTime(arrivalNs);
        _tracks.Start(track);
        if (Take(4 * 1024, timeNs) is not { } block)
        {
            _tracks.RepeatAll();
            return;
        }

        block.Records.TrackStarted(track, timeNs, repeated: false);
        PutBack(block, timeNs);
    }

    public void OnTrackEnded(ushort trackId, long arrivalNs)
    {
        var timeNs = ToRecordingTime(arrivalNs);
        _tracks.End(trackId);
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
        if (_videoOff && _tracks.KindOf(trackId) == MediaKind.Video)
        {
            _gaps.VideoOff.Add(timeNs, packet.Length);
            return;
        }

        if (Take(RecordWriter.HeadLength + RecordWriter.RtpPrefix + packet.Length, timeNs) is not { } block)
        {
            Miss(timeNs, packet.Length);
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
            _gaps.Slow.Add(timeNs, packet.Length);
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

    public bool AppendStill(in RecordedStill still)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(still.Image.Length, RecordedStill.MaxBytes, nameof(still));
        if (_paused)
            return false;
        var nowNs = _clock.NowNs;
        if (Take(StillOverhead + still.Image.Length, nowNs) is not { } block)
        {
            Miss(nowNs, still.Image.Length);
            return false;
        }

        var isKept = block.Records.Still(still, nowNs);
        if (!isKept)
            Miss(nowNs, still.Image.Length);
        PutBack(block, nowNs);
        return isKept;
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
        Volatile.Write(ref _wantsKeyFrame, 1);
    }

    public long KeyFrameIntervalNs => _paused || _videoOff ? 0 : _options.KeyFrameInterval.Ticks * 100;

    public bool TakeKeyFrameWish() => Volatile.Read(ref _wantsKeyFrame) != 0 && Interlocked.Exchange(ref _wantsKeyFrame, 0) != 0;

    public Task<JournalSummary> StopAsync(string reason, CancellationToken ct)
    {
        RequestStop(reason);
        return _output.Stopped.WaitAsync(ct);
    }

    public async ValueTask DisposeAsync() => await StopAsync("disposed", CancellationToken.None);

    /// <summary>Before the threads know the recording.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    internal void WriteFirst()
    {
        var block = _pool.Rent();
        block.Open(_clock.NowNs);
        block.Records.Text(RecordType.Event, 0, block.OpenedNs, "recording_started", "{}");
        Seal(block);
        _output.WriteFirst(block);
    }

    /// <summary>A recording that never began.</summary>
    internal void Abandon() => _output.Dispose();

    /// <summary>Begins to stop and returns at once.</summary>
    internal void RequestStop(string reason)
    {
        if (Interlocked.Exchange(ref _stopping, 1) != 0)
            return;
        Submit(Interlocked.Exchange(ref _open, null));
        _output.RequestEnd(reason);
        _writer.Enqueue(this, null);
    }

    /// <summary>Sync thread: free space went through a watermark.</summary>
    internal void OnDisk(DiskLevel level, long freeBytes)
    {
        if (Volatile.Read(ref _stopping) != 0)
            return;
        var detail = string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""{"freeBytes":{{freeBytes}}}""");
        if (level == DiskLevel.Low && !_videoOff)
            AppendEvent(new RecordingEvent(RecorderAlarmKind.DiskLow, detail));
        if (_videoOff != level >= DiskLevel.VideoOff)
        {
            _videoOff = !_videoOff;
            AppendEvent(new RecordingEvent(_videoOff ? RecorderAlarmKind.VideoOff : RecorderAlarmKind.VideoOn, detail));
            _gaps.StateVideoOff = !_videoOff;
            if (!_videoOff)
                Volatile.Write(ref _wantsKeyFrame, 1);
            _output.Alarm(_videoOff ? RecorderAlarmKind.VideoOff : RecorderAlarmKind.VideoOn, detail);
        }

        if (level != DiskLevel.Seal)
            return;
        AppendEvent(new RecordingEvent(RecorderAlarmKind.SealedForSpace, detail));
        RequestStop(RecorderAlarmKind.SealedForSpace);
        _output.Alarm(RecorderAlarmKind.SealedForSpace, detail);
    }

    /// <summary>Writer's thread: the block is no longer this side's.</summary>
    internal void Arrived() => Interlocked.Decrement(ref _inFlight);

    /// <summary>Writer's thread, while stopping: a block a tap call put back late. True when no tap call holds one any more.</summary>
    internal bool TryTakeLast(out BlockBuffer? late)
    {
        late = Interlocked.Exchange(ref _open, null);
        if (late is not null)
        {
            Seal(late);
            Arrived();
        }

        return Volatile.Read(ref _inFlight) == 0;
    }

    /// <summary>The writer's timer: a block must not wait for a packet that does not come.</summary>
    internal void SealIfOld()
    {
        var nowNs = _clock.NowNs;
        // Looked at before it is taken out, because who takes it out in vain makes the media loop begin another one.
        if (Volatile.Read(ref _open) is not { } seen || nowNs - seen.OpenedNs < _blockAgeNs)
            return;
        if (Interlocked.Exchange(ref _open, null) is { } block)
            PutBack(block, nowNs);
    }

    internal void Seal(BlockBuffer block)
    {
        block.Seal(_clock.NowNs, _clock.UtcNs);
        if (_gaps.Clock.Observe(block.SealedNs, block.SealedUtcNs) is { } step)
            _output.Alarm(RecorderAlarmKind.ClockStep, $"The wall clock jumped by {step.TotalMilliseconds:0} ms.");
    }

    // What comes after the stop is not missing.
    private void Miss(long timeNs, int bytes)
    {
        if (Volatile.Read(ref _stopping) == 0)
            _gaps.Slow.Add(timeNs, bytes);
    }

    private void AppendText(RecordType type, string first, string second)
    {
        var nowNs = _clock.NowNs;
        if (Take(64 + Encoding.UTF8.GetByteCount(first) + Encoding.UTF8.GetByteCount(second), nowNs) is not { } block)
        {
            Miss(nowNs, 0);
            return;
        }

        block.Records.Text(type, 0, nowNs, first, second);
        PutBack(block, nowNs);
    }

    /// <summary>The open block with room for <paramref name="needed"/> bytes; null when too many blocks wait for the disk.</summary>
    private BlockBuffer? Take(int needed, long nowNs)
    {
        var block = Interlocked.Exchange(ref _open, null);
        var stopping = Volatile.Read(ref _stopping) != 0;
        if (block is not null && block.Records.Free >= needed && !stopping)
            return block;
        Submit(block);
        if (stopping)
            return null;
        if (Interlocked.Increment(ref _inFlight) > _options.MaxBlocksInFlight)
        {
            Interlocked.Decrement(ref _inFlight);
            return null;
        }

        block = _pool.Rent();
        block.Open(nowNs);
        _gaps.WriteTo(block, _tracks);
        return block;
    }

    private void PutBack(BlockBuffer block, long nowNs)
    {
        if (nowNs - block.OpenedNs >= _blockAgeNs || Volatile.Read(ref _stopping) != 0)
            Submit(block);
        else
            Submit(Interlocked.Exchange(ref _open, block));
    }

    private void Submit(BlockBuffer? block)
    {
        if (block is null)
            return;
        Seal(block);
        _writer.Enqueue(this, block);
    }

    /// <summary>The loop's clock has another origin; the difference is taken once, at the first call, and kept.</summary>
    private long ToRecordingTime(long arrivalNs)
    {
        _loopOffsetNs ??= _clock.NowNs - arrivalNs;
        return arrivalNs + _loopOffsetNs.GetValueOrDefault();
    }
}
