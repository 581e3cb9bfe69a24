using AfterSales.Video.Recording.Capture;
using AfterSales.Video.TestKit.Time;

namespace AfterSales.Video.Recording.Tests;

public sealed class ClockJumpTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clock-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_wall_clock_that_jumps_an_hour_is_an_event_and_moves_nothing(int hours)
    {
        var time = new JumpingTime();
        using var recorder = new CallRecorder(new CallRecorderOptions { SpoolFolder = _folder }, time);
        var session = await recorder.StartAsync(RecordedCall.Header(), RecordedCall.DataKey, CancellationToken.None);
        session.OnTrackStarted(SampleJournal.Track, 0);
        for (var i = 0; i < 100; i++)
        {
            if (i == 50)
                time.Ahead = TimeSpan.FromHours(hours);
            time.Advance(TimeSpan.FromMilliseconds(20));
            session.OnRtp(1, i * 20_000_000L, recovered: false, SampleJournal.Packet);
        }

        var summary = await session.StopAsync("hung up", CancellationToken.None);
        var journal = JournalContent.Read(summary.JournalPath);
        Assert.Equal(100, journal.TotalPackets);
        Assert.Equal(journal.BlockTimes.Order(), journal.BlockTimes);
        Assert.InRange(summary.Duration.TotalSeconds, 1.9, 2.1);
        var step = Assert.Single(journal.Texts, t => t.First == "clock_step");
        Assert.Equal($$"""{"byMs":{{hours * 3_600_000}}}""", step.Second);
    }

    /// <summary>The wall clock is set by somebody; the monotonic one goes on.</summary>
    private sealed class JumpingTime : TimeProvider
    {
        private readonly ManualTimeProvider _inner = new();

        public TimeSpan Ahead { get; set; }

        public override long TimestampFrequency => _inner.TimestampFrequency;

        public void Advance(TimeSpan span) => _inner.Advance(span);

        public override DateTimeOffset GetUtcNow() => _inner.GetUtcNow() + Ahead;

        public override long GetTimestamp() => _inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _inner.CreateTimer(callback, state, dueTime, period);
    }
}
