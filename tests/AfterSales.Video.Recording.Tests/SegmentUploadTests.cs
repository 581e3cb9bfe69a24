using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Recovery;
using AfterSales.Video.Recording.Segments;
using AfterSales.Video.TestKit.Time;

namespace AfterSales.Video.Recording.Tests;

public sealed class SegmentUploadTests : IDisposable
{
    private readonly string _spool = Directory.CreateTempSubdirectory("segment-tests-").FullName;
    private readonly ManualTimeProvider _time = new();
    private readonly FlakyStore _store = new();
    private readonly List<string> _alarms = [];

    private string Folder => Path.Combine(_spool, "rec-1");

    public void Dispose() => Directory.Delete(_spool, recursive: true);

    [Fact]
    public async Task During_the_call_five_seconds_at_a_time_reach_the_store_and_together_they_are_the_journal()
    {
        using var recorder = Recorder();
        await using var uploader = Uploader();
        var session = await StartAsync(recorder);
        var upload = uploader.Add(session);
        await RecordAsync(session, 12);
        await PassAsync(() => _store.Written.Count == 2);
        await session.StopAsync("hung up", CancellationToken.None);
        var segments = await DrainAsync(upload);

        // The END is a segment of its own when it came more than five seconds after the last packet.
        Assert.InRange(segments.Count, 3, 4);
        Assert.Equal(Enumerable.Range(1, segments.Count).Select(i => $"journal-1-00000{i}.seg"), segments.Select(s => s.Name), StringComparer.Ordinal);
        Assert.Equal(File.ReadAllBytes(Path.Combine(Folder, "journal.v1")), segments.SelectMany(s => _store.Bytes(s.Name)));
        Assert.Equal(0, segments[0].FirstSeq);
        Assert.All(segments.Zip(segments.Skip(1)), pair => Assert.Equal(pair.First.LastSeq + 1, pair.Second.FirstSeq));
        Assert.Equal(JournalContent.Read(Folder).Blocks - 1, segments[^1].LastSeq);
        Assert.Equal((0L, null), (uploader.StatusOf("rec-1")!.WaitingBytes, uploader.StatusOf("rec-1")!.Problem));
        Assert.True(RecordingJournal.TryOpen([new MemoryStream([.. segments.SelectMany(s => _store.Bytes(s.Name))])], RecordedCall.DataKey.Span, out var journal, out _));
        journal.Dispose();
    }

    [Fact]
    public async Task A_store_that_is_down_for_an_hour_gets_everything_in_order_when_it_is_back()
    {
        using var recorder = Recorder();
        await using var uploader = Uploader();
        var session = await StartAsync(recorder);
        _store.IsDown = true;
        var upload = uploader.Add(session);
        await RecordAsync(session, 31);
        await session.StopAsync("hung up", CancellationToken.None);
        var back = _time.GetUtcNow() + TimeSpan.FromHours(1);
        await PassAsync(() => _time.GetUtcNow() > back);
        Assert.False(upload.IsCompleted);
        Assert.Contains("refused", uploader.StatusOf("rec-1")!.Problem, StringComparison.Ordinal);
        _store.IsDown = false;
        var segments = await DrainAsync(upload);
        Assert.Equal(segments.Select(s => s.Name), _store.Written, StringComparer.Ordinal);
        Assert.InRange(segments.Count, 6, 8);
        Assert.Equal(["store_down", "store_back"], _alarms, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Refusals_lost_replies_and_lost_objects_change_nothing_of_what_is_stored()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        _store.Fault = _ => (PutFault)random.Next(4);
        using var recorder = Recorder();
        await using var uploader = Uploader();
        var session = await StartAsync(recorder);
        var upload = uploader.Add(session);
        await RecordAsync(session, 60);
        await session.StopAsync("hung up", CancellationToken.None);
        var segments = await DrainAsync(upload);
        Assert.True(_store.Puts > segments.Count, $"seed {seed}: no fault happened");
        Assert.Equal(segments.Select(s => s.Name), _store.Written, StringComparer.Ordinal);
        Assert.Equal(File.ReadAllBytes(Path.Combine(Folder, "journal.v1")), segments.SelectMany(s => _store.Bytes(s.Name)));
    }

    [Fact]
    public async Task After_a_restart_it_goes_on_from_what_the_store_has()
    {
        using (var recorder = Recorder())
        {
            await using var before = Uploader();
            var session = await StartAsync(recorder);
            _ = before.Add(session);
            await RecordAsync(session, 13);
            await PassAsync(() => _store.Written.Count == 2);
            await before.ForgetAsync("rec-1");
            await RecordAsync(session, 13);
            await session.StopAsync("hung up", CancellationToken.None);
        }

        // As a crash leaves it: no END, half a block.
        var path = Path.Combine(Folder, "journal.v1");
        await using (var file = new FileStream(path, FileMode.Open))
            file.SetLength(file.Length - 300);
        Assert.Equal("recovered", Assert.Single(await new JournalRecovery(_spool, new TestKeys()).RecoverAsync(CancellationToken.None)).Outcome);
        Assert.True(JournalOnDisk.TryOpen(Folder, out var journal, out _));
        await using var after = Uploader();
        var segments = await DrainAsync(after.Add(journal));
        Assert.Equal(segments.Select(s => s.Name), _store.Written, StringComparer.Ordinal);
        Assert.Equal(File.ReadAllBytes(path), segments.SelectMany(s => _store.Bytes(s.Name)));
    }

    [Fact]
    public async Task Other_bytes_under_a_segments_name_are_never_overwritten_and_the_local_journal_stays()
    {
        using var recorder = Recorder();
        var session = await StartAsync(recorder);
        await RecordAsync(session, 13);
        await session.StopAsync("hung up", CancellationToken.None);
        Assert.True(JournalOnDisk.TryOpen(Folder, out var journal, out _));
        await using (var first = Uploader())
            await DrainAsync(first.Add(journal));
        _store.Corrupt("journal-1-000002.seg");
        await using var again = Uploader();
        await Assert.ThrowsAsync<SegmentConflictException>(() => DrainAsync(again.Add(journal)));
        Assert.Contains("segment_conflict", _alarms, StringComparer.Ordinal);
        Assert.False(await journal.TryDeleteAsync(_store, CancellationToken.None));
        Assert.True(File.Exists(Path.Combine(Folder, "journal.v1")));
    }

    [Fact]
    public async Task Only_when_the_store_read_back_whole_holds_the_same_bytes_the_local_journal_is_deleted()
    {
        using var recorder = Recorder();
        var session = await StartAsync(recorder);
        await RecordAsync(session, 13);
        await session.StopAsync("hung up", CancellationToken.None);
        Assert.True(JournalOnDisk.TryOpen(Folder, out var journal, out _));
        Assert.False(await journal.TryDeleteAsync(_store, CancellationToken.None));
        await using var uploader = Uploader();
        await DrainAsync(uploader.Add(journal));
        Assert.True(await journal.TryDeleteAsync(_store, CancellationToken.None));
        Assert.Empty(Directory.EnumerateFiles(Folder));
    }

    private CallRecorder Recorder() => new(new CallRecorderOptions { SpoolFolder = _spool, SyncInterval = TimeSpan.FromMilliseconds(10), MaxBlocksInFlight = 100_000 }, _time);

    private SegmentUploader Uploader() => new(_store, new SegmentUploaderOptions { OnAlarm = alarm => _alarms.Add(alarm.Kind) }, _time);

    private static async Task<IRecordingSession> StartAsync(CallRecorder recorder)
    {
        var session = await recorder.StartAsync(RecordedCall.Header(), RecordedCall.DataKey, CancellationToken.None);
        session.OnTrackStarted(SampleJournal.Track, 0);
        return session;
    }

    /// <summary>Ten packets a second of time that does not pass but is moved, and waits until the device has them.</summary>
    private async Task RecordAsync(IRecordingSession session, int seconds)
    {
        var packets = session.Statistics.Packets;
        for (var i = 0; i < seconds * 10; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            session.OnRtp(1, (packets + i) * 100_000_000, recovered: false, SampleJournal.Packet);
        }

        _time.Advance(TimeSpan.FromMilliseconds(200));
        var blocks = session.Statistics.Blocks;
        await WaitAsync(() => session.Synced is { } synced && synced.Seq >= blocks - 1);
    }

    private async Task<IReadOnlyList<StoredSegment>> DrainAsync(Task<IReadOnlyList<StoredSegment>> upload)
    {
        await PassAsync(() => upload.IsCompleted);
        return await upload;
    }

    /// <summary>Lets virtual time pass until something is so.</summary>
    private Task PassAsync(Func<bool> condition) => WaitAsync(() =>
    {
        if (condition())
            return true;
        _time.Advance(TimeSpan.FromSeconds(1));
        return false;
    });

    private static async Task WaitAsync(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 200_000, "it never happened");
            await Task.Yield();
            Thread.Yield();
        }
    }
}
