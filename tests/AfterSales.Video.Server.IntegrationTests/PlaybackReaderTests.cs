using System.Text;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Review;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>What the replay page learns from a playback document (recordings-schema/playback/v1).</summary>
public sealed class PlaybackReaderTests
{
    private const string TwoCameras = """
        { "version": 1, "pictures": [
          { "name": "video-buyer", "participantId": "b", "role": "buyer", "source": "camera", "kind": "hls", "file": "video-buyer.mp4", "playlist": "video-buyer.m3u8",
            "fromSeconds": 0.5, "toSeconds": 60, "runs": [
              { "codec": "h264", "width": 1280, "height": 720, "fromSeconds": 0.5, "toSeconds": 20 }, { "codec": "h264", "width": 720, "height": 1280, "fromSeconds": 20, "toSeconds": 60 }] },
          { "name": "video-agent", "participantId": "a", "role": "agent", "source": "camera", "kind": "webm", "file": "video-agent.webm", "playlist": null,
            "fromSeconds": 3, "toSeconds": 59, "runs": [{ "codec": "vp8", "width": 640, "height": 480, "fromSeconds": 3, "toSeconds": 59 }] }],
          "voices": [{ "participantId": "b", "role": "buyer", "file": "voice-buyer.mp4" }] }
        """;

    [Fact]
    public void Every_camera_is_told_with_its_file_its_place_in_time_and_its_sizes()
    {
        var view = PlaybackReader.Playback("r", Encoding.UTF8.GetBytes(TwoCameras), [])!;

        Assert.Equal(("hls", "/api/recordings/r/files/video-buyer.m3u8"), (view.Kind, view.PictureUrl));
        Assert.Equal([("buyer", "camera", "hls", "video-buyer.mp4", 0.5, 60.0), ("agent", "camera", "webm", "video-agent.webm", 3.0, 59.0)],
            view.Pictures.Select(p => (p.Role, p.Source, p.Kind, p.FileName, p.FromSeconds, p.ToSeconds)));
        Assert.Equal("/api/recordings/r/files/video-agent.webm", view.Pictures[1].Url);
        Assert.Equal([(1280, 720, 0.5), (720, 1280, 20.0)], view.Pictures[0].Runs.Select(r => (r.Width, r.Height, r.FromSeconds)));
        Assert.Single(view.Voices);
    }

    [Fact]
    public void A_call_without_pictures_is_audio()
    {
        var view = PlaybackReader.Playback("r", """{ "version": 1, "pictures": [], "voices": [] }"""u8.ToArray(), new List<RecordingFileRow>())!;
        Assert.Equal(("audio", null, 0), (view.Kind, view.PictureUrl, view.Pictures.Count));
    }
}
