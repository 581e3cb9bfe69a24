using System.Security.Cryptography;
using System.Text.Json;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.TestKit.Media;

namespace AfterSales.Video.Recording.Tests;

/// <summary>Photos in place of video on a weak link: kept in the journal, found again beside the recording, and the reason of the gap.</summary>
public sealed class StillsTests : IDisposable
{
    private static readonly Sender Buyer = new("p-buyer", "buyer");
    private static readonly byte[][] Photos = [Photo(1, 300), Photo(2, RecordedStill.MaxBytes), Photo(3, 20_000)];
    private readonly RecordedCall _recorded = new();

    public void Dispose() => _recorded.Dispose();

    [Fact]
    public async Task Photos_of_a_weak_link_are_kept_byte_for_byte_and_are_the_reason_of_the_gap()
    {
        var result = await PlayableAsync(session => Photos.Select(photo => session.AppendStill(Still(photo))));

        Assert.Equal(("complete", ""), (result.Outcome, result.Reason));
        var gap = Assert.Single(result.Gaps);
        Assert.Equal(("p-buyer", "camera", "photos_instead"), (gap.ParticipantId, gap.Source, gap.Reason));
        Assert.Contains(result.Files, f => f is { Name: "stills-buyer.mjpeg", Purpose: "stills" });
        var file = await File.ReadAllBytesAsync(_recorded.File("stills-buyer.mjpeg"));
        Assert.Equal(Photos.SelectMany(photo => photo), file);
        var timeline = await TimelineAsync();
        Assert.All(Photos.Zip(timeline.Stills!), pair =>
        {
            var (photo, still) = pair;
            Assert.Equal(photo, file.AsSpan((int)still.Offset, still.Length));
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(photo)), still.Sha256);
            Assert.InRange(still.Seconds, 1.9, 2.1);
        });
        Assert.Equal(("media_mode", "p-buyer", "weak_uplink"), timeline.Events.Where(e => e.Kind == MediaModeEvent.Kind).Select(e => (e.Kind, e.ParticipantId, e.Detail)).First());
    }

    [Fact]
    public async Task A_link_that_carries_no_photos_either_is_stated_as_sound_only()
    {
        var result = await PlayableAsync(_ => [], "audio_only");
        Assert.Equal("sound_only", Assert.Single(result.Gaps).Reason);
        Assert.DoesNotContain(result.Files, f => f.Purpose == "stills");
    }

    [Fact]
    public async Task While_paused_no_photo_is_kept()
    {
        var kept = new List<bool>();
        await PlayableAsync(session =>
        {
            session.Pause("private_information");
            kept.Add(session.AppendStill(Still(Photos[0])));
            session.Resume();
            kept.Add(session.AppendStill(Still(Photos[2])));
            return [];
        });
        Assert.Equal([false, true], kept);
        Assert.Equal(Photos[2], await File.ReadAllBytesAsync(_recorded.File("stills-buyer.mjpeg")));
    }

    [Fact]
    public async Task A_photo_too_large_for_a_record_is_refused_and_none_after_the_end_is_kept()
    {
        await using var session = await _recorded.Recorder.StartAsync(RecordedCall.Header("rec-2"), RecordedCall.DataKey, CancellationToken.None);
        Assert.Throws<ArgumentOutOfRangeException>(() => session.AppendStill(Still(Photo(1, RecordedStill.MaxBytes + 1))));
        await session.StopAsync("hung up", CancellationToken.None);
        Assert.False(session.AppendStill(Still(Photos[0])));
        Assert.Equal(0, session.Statistics.DroppedPackets);
    }

    /// <summary>Six seconds of voice; the camera is off from 1.5 to 4.5 s because the link says so.</summary>
    private async Task<MuxResult> PlayableAsync(Func<IRecordingSession, IEnumerable<bool>> photos, string mode = "stills")
    {
        var off = new NetworkConditions { Off = (TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(4.5)) };
        var call = new SyntheticCall(41)
            .Add(1, Buyer, "camera", await EncodedMedia.H264Async(new TestPattern(320, 240), 180, 0, 30), off)
            .Add(2, Buyer, "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(6)), NetworkConditions.Good);
        var summary = await _recorded.RecordAsync(call, session =>
        {
            Switch(1.5, mode, "weak_uplink");
            call.At(TimeSpan.FromSeconds(2), () => _ = photos(session).ToList());
            Switch(4.5, "video", "recovered");

            void Switch(double at, string sends, string reason) => call.At(
                TimeSpan.FromSeconds(at), () => session.AppendEvent(new RecordingEvent(MediaModeEvent.Kind, new MediaModeEvent("p-buyer", "buyer", sends, "video", reason, 90_000).ToJson())));
        });
        return await _recorded.MakePlayableAsync(summary);
    }

    private async Task<TimelineDocument> TimelineAsync() =>
        TimelineDocument.Read(await File.ReadAllBytesAsync(_recorded.File("timeline.json"))) ?? throw new JsonException("timeline.json");

    private static RecordedStill Still(byte[] image) => new("p-buyer", "buyer", "camera", "image/jpeg", 1280, 720, image);

    private static byte[] Photo(byte seed, int length) => [0xFF, 0xD8, 0xFF, .. Enumerable.Range(0, length - 3).Select(i => (byte)(i * seed))];
}
