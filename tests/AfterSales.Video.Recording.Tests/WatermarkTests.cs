using System.Collections.Concurrent;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Recording.Tests;

public sealed class WatermarkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("watermark-tests-").FullName;
    private readonly BlockingCollection<RecorderAlarm> _alarms = [];
    private long _free = 10_000;

    public void Dispose()
    {
        _alarms.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Below_the_first_watermark_a_new_recording_is_refused_with_what_to_do()
    {
        using var recorder = Recorder();
        _free = 4_999;
        var refused = await Assert.ThrowsAsync<RecorderRefusedException>(() => recorder.StartAsync(RecordedCall.Header(), RecordedCall.DataKey, CancellationToken.None));
        Assert.Equal("disk_low", refused.Reason);
        Assert.Contains("Free some space", refused.Message, StringComparison.Ordinal);
        _free = 5_000;
        await using var session = await recorder.StartAsync(RecordedCall.Header(), RecordedCall.DataKey, CancellationToken.None);
    }

    [Fact]
    public async Task Below_the_second_the_picture_is_left_out_and_the_voice_goes_on_until_there_is_room_again()
    {
        using var recorder = Recorder();
        var session = await recorder.StartAsync(RecordedCall.Header(), RecordedCall.DataKey, CancellationToken.None);
        session.OnTrackStarted(SampleJournal.Track, 0);
        session.OnTrackStarted(SampleJournal.Track with { TrackId = 2, Source = "camera", Kind = MediaKind.Video }, 0);
        Send(session, 3);
        _free = 1_999;
        AwaitAlarm(RecorderAlarmKind.VideoOff);
        Assert.Equal((false, 0L), (session.TakeKeyFrameWish(), session.KeyFrameIntervalNs));
        Send(session, 5);
        _free = 2_050;
        Send(session, 7);
        _free = 9_000;
        AwaitAlarm(RecorderAlarmKind.VideoOn);
        // Nothing of the picture decodes before the next one.
        Assert.True(session.TakeKeyFrameWish());
        Send(session, 2);
        var summary = await session.StopAsync("hung up", CancellationToken.None);

        var journal = JournalContent.Read(summary.JournalPath);
        Assert.Equal((17, 5), (journal.Packets[1].Count, journal.Packets[2].Count));
        Assert.Equal([(12u, "video_off")], journal.Gaps.Select(g => (g.Packets, g.Reason)));
        Assert.Equal(["video_off", "video_on"], journal.Texts.Where(t => t.First.StartsWith("video", StringComparison.Ordinal)).Select(t => t.First), StringComparer.Ordinal);
        Assert.Equal((22, 12), (journal.End.Packets, journal.End.Dropped));
    }

    [Fact]
    public async Task Below_the_third_the_recording_is_sealed_while_there_is_room_for_its_end()
    {
        using var recorder = Recorder();
        var session = await recorder.StartAsync(RecordedCall.Header(), RecordedCall.DataKey, CancellationToken.None);
        session.OnTrackStarted(SampleJournal.Track, 0);
        Send(session, 3);
        _free = 499;
        AwaitAlarm(RecorderAlarmKind.SealedForSpace);
        Send(session, 3);
        var summary = await session.StopAsync("hung up", CancellationToken.None);
        var journal = JournalContent.Read(summary.JournalPath);
        Assert.True(summary.Complete);
        Assert.Equal(("sealed_for_space", RecordType.End), (journal.Texts[^1].First, journal.Texts[^1].Type));
        Assert.Equal(3, journal.Packets[1].Count);
    }

    private CallRecorder Recorder() => new(
        new CallRecorderOptions
        {
            SpoolFolder = _folder,
            SyncInterval = TimeSpan.FromMilliseconds(20),
            RefuseBelowBytes = 5_000,
            VideoOffBelowBytes = 2_000,
            SealBelowBytes = 500,
            FreeBytes = _ => Interlocked.Read(ref _free),
            OnAlarm = _alarms.Add,
        }, TimeProvider.System);

    private void AwaitAlarm(string kind)
    {
        while (_alarms.TryTake(out var alarm, TimeSpan.FromSeconds(30)))
        {
            if (alarm.Kind == kind)
                return;
        }

        Assert.Fail($"no alarm {kind}");
    }

    private static void Send(IRecordingSession session, int count)
    {
        for (var i = 0; i < count; i++)
        {
            session.OnRtp(1, i, recovered: false, SampleJournal.Packet);
            session.OnRtp(2, i, recovered: false, SampleJournal.Packet);
        }
    }
}
