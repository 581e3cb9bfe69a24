using AfterSales.Video.Recording.Depacketizing;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>
/// Second pass over a journal: every whole frame of all tracks, in the order of their times. What waits (for repairs, for its turn) is some seconds of
/// media, however long the call.
/// </summary>
internal sealed class CallStream
{
    /// <summary>Longer than a frame can be held back and its time be off from its arrival.</summary>
    private const long QueueNs = ReorderBuffer.HoldNs + 1_500_000_000;
    private const long IdleNs = 1_000_000_000;
    private readonly CallTimeline _timeline;
    private readonly FrameQueue _queue;
    private readonly Dictionary<MediaRun, RunReader> _readers = [];
    private readonly PacketWalk _walk;
    private readonly StillTaker _takeStill;
    private int _nextRun;

    private CallStream(CallTimeline timeline, TimedFrameTaker take, StillTaker takeStill)
    {
        (_timeline, _takeStill) = (timeline, takeStill);
        _queue = new FrameQueue(timeline, take);
        _walk = new PacketWalk((_, _, _) => timeline.Index.Runs[_nextRun++], AddPacket);
    }

    /// <param name="journal">Opened anew; read as far as the first pass found it valid.</param>
    /// <param name="takeStill">Photos, in the order in which they stand in the journal.</param>
    public static void Read(JournalSource journal, CallTimeline timeline, TimedFrameTaker take, StillTaker takeStill, CancellationToken ct)
    {
        journal.Trust();
        var stream = new CallStream(timeline, take, takeStill);
        while (journal.Blocks < timeline.Index.Blocks && journal.ReadBlock(out var payload, out var monotonicNs))
        {
            ct.ThrowIfCancellationRequested();
            stream.ReadBlock(payload);
            stream.Advance(monotonicNs);
        }

        stream.Finish();
    }

    private void ReadBlock(ReadOnlySpan<byte> payload)
    {
        var records = new RecordReader(payload);
        while (records.Read())
        {
            if (records.TryGetRtp(out var id, out var timeNs, out var recovered, out var packet))
                _walk.Add(id, timeNs, recovered, packet);
            else if (records.TryGetTrackStarted(out var track, out var startedNs))
                _walk.Start(track, startedNs, (records.Flags & RecordWriter.RepeatedFlag) != 0);
            else if (records.TryGetStill(out var still, out var image))
                _takeStill(still, image);
        }
    }

    private void AddPacket(MediaRun run, ushort seq, uint timestamp, long arrivalNs, PayloadMarks flags, ReadOnlySpan<byte> payload)
    {
        if (!_readers.TryGetValue(run, out var reader))
        {
            if (!_timeline.TryPlace(run, out var track, out var clock))
                return;
            _readers.Add(run, reader = new RunReader(run, track, clock, _queue));
        }

        reader.Add(seq, timestamp, arrivalNs, flags, payload);
    }

    private void Advance(long nowNs)
    {
        foreach (var reader in _readers.Values)
            reader.Advance(nowNs);
        _queue.Release(nowNs - QueueNs);
    }

    private void Finish()
    {
        foreach (var reader in _readers.Values)
            reader.Finish();
        _queue.Release(long.MaxValue);
    }

    private sealed class RunReader
    {
        private readonly FrameAssembler _frames;
        private readonly ReorderBuffer _order;
        private readonly MediaRun _run;
        private readonly TimelineTrack _track;
        private readonly RunClock _clock;
        private readonly FrameQueue _queue;
        private RtpUnwrapper _unwrapper;
        private long _lastArrivalNs;

        public RunReader(MediaRun run, TimelineTrack track, RunClock clock, FrameQueue queue)
        {
            (_run, _track, _clock, _queue) = (run, track, clock, queue);
            _frames = new FrameAssembler(run.Format!, track.Kind == MediaKind.Video, run.EverParameters, Take);
            _order = new ReorderBuffer(_frames);
        }

        public void Add(ushort seq, uint timestamp, long arrivalNs, PayloadMarks flags, ReadOnlySpan<byte> payload)
        {
            var (wideSeq, wideTimestamp) = _unwrapper.Next(seq, timestamp);
            _lastArrivalNs = Math.Max(_lastArrivalNs, arrivalNs);
            _order.Add(wideSeq, wideTimestamp, arrivalNs, flags, payload);
        }

        public void Advance(long nowNs)
        {
            _order.Advance(nowNs);
            if (_frames.ShowsEnd && nowNs - _lastArrivalNs > IdleNs)
                _frames.Flush();
        }

        public void Finish()
        {
            _order.Flush();
            _frames.Flush();
            _track.LostPackets += _frames.LostPackets;
            _track.DroppedFrames += _frames.DroppedFrames;
        }

        private void Take(in FrameMark frame, ReadOnlySpan<byte> bytes)
        {
            if (frame.Timestamp >= _run.FirstTimestamp)
                _queue.Add(_run, _track, _clock.ToRecordingNs(frame.Timestamp, _lastArrivalNs), frame, bytes);
        }
    }
}

/// <param name="bytes">In the form the container wants; valid during the call.</param>
internal delegate void TimedFrameTaker(in TimedFrame frame, ReadOnlySpan<byte> bytes);

/// <param name="image">Valid during the call.</param>
internal delegate void StillTaker(in StillRecord still, ReadOnlySpan<byte> image);

/// <param name="TimeNs">Playback time; grows from frame to frame of a track.</param>
/// <param name="AfterLoss">Something between this frame and the one kept before it was lost.</param>
internal readonly record struct TimedFrame(MediaRun Run, TimelineTrack Track, long TimeNs, bool IsKey, bool AfterLoss);
