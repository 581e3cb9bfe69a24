using System.Buffers;
using AfterSales.Video.Recording.Depacketizing;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>Lets frames of all tracks out in the order of their times.</summary>
internal sealed class FrameQueue(CallTimeline timeline, TimedFrameTaker take)
{
    /// <summary>Where two clocks meet, times may step back a little; players want them to grow.</summary>
    private const long TickNs = 100_000;
    private readonly PriorityQueue<Entry, (long TimeNs, long Order)> _waiting = new();
    private readonly Dictionary<TimelineTrack, (int Run, long TimeNs)> _last = [];
    private long _order;

    public void Add(MediaRun run, TimelineTrack track, long timeNs, in FrameMark frame, ReadOnlySpan<byte> bytes)
    {
        var copy = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(copy);
        _waiting.Enqueue(new Entry(run, track, frame, copy, bytes.Length), (timeNs, _order++));
    }

    /// <summary>Lets out what is not later than this recording time.</summary>
    public void Release(long untilNs)
    {
        while (_waiting.TryPeek(out var entry, out var key) && key.TimeNs <= untilNs)
        {
            _waiting.Dequeue();
            Release(entry, key.TimeNs);
            ArrayPool<byte>.Shared.Return(entry.Bytes);
        }
    }

    private void Release(in Entry entry, long timeNs)
    {
        var run = entry.Track.Runs.IndexOf(entry.Run);
        var (lastRun, lastNs) = _last.GetValueOrDefault(entry.Track, (0, long.MinValue / 2));
        // What an older run still had when a newer one began refers to pictures that are no longer shown.
        if (run < lastRun)
        {
            entry.Track.DroppedFrames++;
            return;
        }

        timeNs = Math.Max(Math.Max(timeNs, timeline.OriginNs), lastNs + TickNs);
        _last[entry.Track] = (run, timeNs);
        entry.Track.Count(timeNs, entry.Frame.IsKey);
        take(new TimedFrame(entry.Run, entry.Track, timeNs - timeline.OriginNs, entry.Frame.IsKey, entry.Frame.AfterLoss), entry.Bytes.AsSpan(0, entry.Length));
    }

    private readonly record struct Entry(MediaRun Run, TimelineTrack Track, FrameMark Frame, byte[] Bytes, int Length);
}
