using System.Globalization;
using AfterSales.Video.Recording.Journal;

namespace AfterSales.Video.Recording.Capture;

/// <summary>All a recording has to state about itself: what it could not keep, and that the clock jumped.</summary>
internal sealed class RecordingGaps
{
    public GapCounter Slow { get; } = new("disk_slow");
    public GapCounter Refused { get; } = new("disk_refused");
    public GapCounter LetGo { get; } = new("sync_failed");
    public GapCounter VideoOff { get; } = new("video_off");
    public ClockWatch Clock { get; } = new();

    /// <summary>While pictures are left out their gap is still growing; it is stated once, when they come back or at the end.</summary>
    public bool StateVideoOff
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    public long Total => Slow.Total + Refused.Total + LetGo.Total + VideoOff.Total;

    /// <summary>Packets that were in blocks and did not stay there.</summary>
    public long TakenAndLost => Refused.Total + LetGo.Total;

    /// <summary>To be called with each fresh block.</summary>
    public void WriteTo(BlockBuffer block, LiveTracks tracks)
    {
        // After a hole a reader may lack what says what the packets are.
        if (Slow.WriteTo(block) | Refused.WriteTo(block) | LetGo.WriteTo(block))
            tracks.RepeatAll();
        if (StateVideoOff)
            VideoOff.WriteTo(block);
        tracks.WriteIfAsked(block, block.OpenedNs);
        WriteStep(block);
    }

    /// <summary>For the END, which may have to be made again: everything stays to be stated.</summary>
    public void WriteLastTo(BlockBuffer end)
    {
        foreach (var counter in (GapCounter[])[Slow, Refused, LetGo, VideoOff])
            counter.WriteTo(end, keep: true);
        WriteStep(end);
    }

    private void WriteStep(BlockBuffer block)
    {
        if (Clock.TakeStep() is { } step)
            block.Records.Text(RecordType.Event, 0, block.OpenedNs, RecorderAlarmKind.ClockStep, string.Create(CultureInfo.InvariantCulture, $$"""{"byMs":{{step.TotalMilliseconds:0}}}"""));
    }
}

/// <summary>Notices that the wall clock jumped: between two blocks it should go on as the monotonic clock does.</summary>
internal sealed class ClockWatch
{
    // What a clock is slewed by stays below 1 ms between two blocks.
    private const long StepNs = 250_000_000;
    private long _offsetNs = long.MinValue;
    private long _stepNs;

    /// <summary>The step since the block before, when there was one.</summary>
    public TimeSpan? Observe(long monotonicNs, long utcNs)
    {
        var offset = utcNs - monotonicNs;
        var last = Interlocked.Exchange(ref _offsetNs, offset);
        if (last == long.MinValue || Math.Abs(offset - last) < StepNs)
            return null;
        Interlocked.Add(ref _stepNs, offset - last);
        return TimeSpan.FromTicks((offset - last) / 100);
    }

    /// <summary>The sum of steps not yet stated; null when there are none.</summary>
    public TimeSpan? TakeStep()
    {
        if (Volatile.Read(ref _stepNs) == 0)
            return null;
        return TimeSpan.FromTicks(Interlocked.Exchange(ref _stepNs, 0) / 100);
    }
}
