using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Recording.Tests;

public sealed class CaptureTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("capture-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Ten_thousand_packets_allocate_nothing()
    {
        using var recorder = new CallRecorder(new CallRecorderOptions { SpoolFolder = _folder, MaxBlocksInFlight = 10_000, MaxBlocksInMemory = 4 }, TimeProvider.System);
        await using var session = await recorder.StartAsync(RecordedCall.Header(), RecordedCall.DataKey, CancellationToken.None);
        var packet = new byte[1200];
        SampleJournal.Packet.CopyTo(packet, 0);
        session.OnTrackStarted(SampleJournal.Track, 0);
        // First the pool, the queue's segments and the code must have been through once.
        Feed(session, packet, 10_000);
        await WaitAsync(() => recorder.OutstandingBuffers <= 5);

        // Paced as a call is, by the recorder's own progress: what is measured is a steady state.
        var allocated = 0L;
        for (var i = 0; i < 100; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Feed(session, packet, 100);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            await WaitAsync(() => recorder.OutstandingBuffers <= 8);
        }

        Assert.Equal(0, allocated);
        Assert.Equal(0, session.Statistics.DroppedPackets);
    }

    [Fact]
    public async Task A_disk_that_lags_makes_a_stated_gap_and_never_holds_a_packet_back()
    {
        using var recorder = new CallRecorder(new CallRecorderOptions { SpoolFolder = _folder, MaxBlocksInFlight = 1 }, TimeProvider.System);
        var session = await recorder.StartAsync(RecordedCall.Header(), RecordedCall.DataKey, CancellationToken.None);
        session.OnTrackStarted(SampleJournal.Track, 0);
        Feed(session, new byte[1200], 20_000);
        var summary = await session.StopAsync("done", CancellationToken.None);
        var (kept, stated, end) = Count(summary.JournalPath);
        Assert.True(session.Statistics.DroppedPackets > 0, "the writer kept up; nothing was tested");
        Assert.Equal(20_000, kept + session.Statistics.DroppedPackets);
        Assert.Equal((session.Statistics.DroppedPackets, kept), (stated, end!.Packets));
        Assert.Equal(stated, end.Dropped);
    }

    [Fact]
    public async Task While_paused_no_packet_is_kept_but_the_pause_is()
    {
        using var recorder = new CallRecorder(new CallRecorderOptions { SpoolFolder = _folder }, TimeProvider.System);
        var session = await recorder.StartAsync(RecordedCall.Header(), RecordedCall.DataKey, CancellationToken.None);
        session.OnTrackStarted(SampleJournal.Track, 0);
        Feed(session, SampleJournal.Packet, 3);
        session.Pause("consent_withdrawn");
        Feed(session, SampleJournal.Packet, 5);
        session.Resume();
        Feed(session, SampleJournal.Packet, 2);
        session.AppendEvent(new RecordingEvent("mark", """{"n":1}"""));
        var summary = await session.StopAsync("hung up", CancellationToken.None);
        Assert.Equal(summary, await session.StopAsync("again", CancellationToken.None));
        Assert.Equal(5, Count(summary.JournalPath).Packets);
        Assert.Equal([RecordType.Event, RecordType.Paused, RecordType.Resumed, RecordType.Event, RecordType.End], Texts(summary.JournalPath));
    }

    [Theory]
    [InlineData("../rec")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData(".hidden")]
    public async Task A_recording_id_that_is_no_name_is_refused(string id)
    {
        using var recorder = new CallRecorder(new CallRecorderOptions { SpoolFolder = _folder }, TimeProvider.System);
        await Assert.ThrowsAsync<ArgumentException>(() => recorder.StartAsync(RecordedCall.Header(id), RecordedCall.DataKey, CancellationToken.None));
    }

    [Fact]
    public async Task What_comes_after_the_stop_is_no_loss()
    {
        // A fault of before: pages leaving a call that had ended were counted as lost packets and listed as a gap of a clean recording.
        using var recorder = new CallRecorder(new CallRecorderOptions { SpoolFolder = _folder }, TimeProvider.System);
        await using var session = await recorder.StartAsync(RecordedCall.Header(), default, CancellationToken.None);
        Feed(session, SampleJournal.Packet, 3);
        var stopping = session.StopAsync("hung up", CancellationToken.None);
        session.AppendEvent(new RecordingEvent("signalling_lost", "{}"));
        Feed(session, SampleJournal.Packet, 3);
        var summary = await stopping;
        session.AppendEvent(new RecordingEvent("signalling_lost", "{}"));
        Assert.Equal(0, session.Statistics.DroppedPackets);
        var (packets, gap, end) = Count(summary.JournalPath);
        Assert.Equal((3, 0, 0), (packets, gap, end!.Dropped));
    }

    [Fact]
    public async Task A_resumed_recording_wishes_for_key_frames_once()
    {
        using var recorder = new CallRecorder(new CallRecorderOptions { SpoolFolder = _folder }, TimeProvider.System);
        await using var session = await recorder.StartAsync(RecordedCall.Header(), default, CancellationToken.None);
        Assert.False(session.TakeKeyFrameWish());
        session.Pause("payment details");
        Assert.False(session.TakeKeyFrameWish());
        session.Resume();
        Assert.Equal((true, false), (session.TakeKeyFrameWish(), session.TakeKeyFrameWish()));
    }

    [Fact]
    public async Task While_pictures_are_kept_one_to_begin_at_is_wanted_every_few_seconds()
    {
        using var recorder = new CallRecorder(new CallRecorderOptions { SpoolFolder = _folder, KeyFrameInterval = TimeSpan.FromSeconds(6) }, TimeProvider.System);
        await using var session = await recorder.StartAsync(RecordedCall.Header(), default, CancellationToken.None);
        Assert.Equal(6_000_000_000, session.KeyFrameIntervalNs);
        session.Pause("payment details");
        Assert.Equal(0, session.KeyFrameIntervalNs);
        session.Resume();
        Assert.Equal(6_000_000_000, session.KeyFrameIntervalNs);
    }

    [Fact]
    public async Task A_recording_is_never_started_twice()
    {
        using var recorder = new CallRecorder(new CallRecorderOptions { SpoolFolder = _folder }, TimeProvider.System);
        await using var session = await recorder.StartAsync(RecordedCall.Header(), RecordedCall.DataKey, CancellationToken.None);
        await Assert.ThrowsAnyAsync<IOException>(() => recorder.StartAsync(RecordedCall.Header(), RecordedCall.DataKey, CancellationToken.None));
    }

    private static void Feed(IPacketTap tap, byte[] packet, int count)
    {
        for (var i = 0; i < count; i++)
            tap.OnRtp(1, i * 1000, recovered: false, packet);
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        for (var i = 0; i < 10_000 && !condition(); i++)
            await Task.Yield();
        SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(20));
    }

    private static (long Packets, long Gap, EndCounts? End) Count(string path)
    {
        var (packets, gap, end) = (0L, 0L, default(EndCounts));
        Walk(path, (ref RecordReader record) =>
        {
            packets += record.Type == RecordType.Rtp ? 1 : 0;
            gap += record.TryGetGap(out _, out _, out var lost, out _) ? lost : 0;
            if (record.Type == RecordType.End && record.TryGetText(out _, out _, out var json))
                end = System.Text.Json.JsonSerializer.Deserialize<EndCounts>(json, System.Text.Json.JsonSerializerOptions.Web);
        });
        return (packets, gap, end);
    }

    private static List<RecordType> Texts(string path)
    {
        var types = new List<RecordType>();
        Walk(path, (ref RecordReader record) =>
        {
            if (record.TryGetText(out _, out _, out _))
                types.Add(record.Type);
        });
        return types;
    }

    private delegate void Visit(ref RecordReader record);

    private static void Walk(string path, Visit visit)
    {
        using var file = File.OpenRead(path);
        Assert.True(JournalReader.TryOpen(file, RecordedCall.DataKey.Span, out var reader, out var problem), problem);
        while (reader.ReadBlock(out var block) == BlockOutcome.Block)
        {
            var records = new RecordReader(block.Payload.Span);
            while (records.Read())
                visit(ref records);
            Assert.False(records.Malformed);
        }

        Assert.True(reader.Ended, reader.Problem);
    }
}
