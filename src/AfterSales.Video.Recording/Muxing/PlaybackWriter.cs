using System.Text;
using AfterSales.Video.Recording.Timeline;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>Pictures and voices, each in a file of its own that a browser plays, and the documents that say where what is.</summary>
internal sealed class PlaybackWriter : IDisposable
{
    private readonly CallTimeline _timeline;
    private readonly Dictionary<TimelineTrack, PictureWriter> _pictures = [];
    private readonly Dictionary<TimelineTrack, VoiceWriter> _voices = [];

    public PlaybackWriter(CallTimeline timeline, string folder)
    {
        _timeline = timeline;
        var sources = new Dictionary<(string Participant, string Source), string>();
        foreach (var track in timeline.Tracks)
        {
            var key = (track.ParticipantId, track.Source);
            if (!sources.TryGetValue(key, out var name))
                sources.Add(key, name = Name(track, sources.Values));
            if (track.IsVideo)
                _pictures.Add(track, Sharing(track, name) ?? PictureWriter.Create(name, track, folder, Origin));
            else
                _voices.Add(track, new VoiceWriter(name, track, folder, timeline.Index.EndNs));
        }
    }

    public IReadOnlyList<PictureDocument> Pictures { get; private set; } = [];

    private DateTimeOffset Origin => DateTimeOffset.UnixEpoch.AddTicks(_timeline.OriginUtcNs / 100);

    public void Write(in TimedFrame frame, ReadOnlySpan<byte> bytes)
    {
        if (frame.Track.IsVideo)
            _pictures[frame.Track].Write(frame, bytes);
        else
            _voices[frame.Track].Write(frame, bytes);
    }

    /// <summary>Ends all files and keeps them with playlists and playback.json.</summary>
    public async Task FinishAsync(OutputFolder folder, CancellationToken ct)
    {
        var pictures = Finish(folder);
        var voices = new List<VoiceDocument>();
        foreach (var voice in _voices.Values)
        {
            voice.Finish(_timeline.DurationNs);
            voice.Dispose();
            folder.Keep(voice.FileName, "media-voice", "audio/mp4");
            voices.Add(voice.Describe());
            await WritePlaylistAsync(folder, voices[^1].Playlist, "playlist-voice", HlsPlaylist.Of(voices[^1], Origin), ct);
        }

        foreach (var picture in pictures.Where(p => p.Playlist is not null))
            await WritePlaylistAsync(folder, picture.Playlist!, "playlist-picture", HlsPlaylist.Of(picture, Origin), ct);
        var main = pictures.FirstOrDefault(p => p.Playlist is not null);
        if (main is not null)
            await WritePlaylistAsync(folder, "master.m3u8", "playlist", HlsPlaylist.Master(main, voices), ct);
        var document = new PlaybackDocument(
            1, _timeline.Index.Header.RecordingId, Origin, _timeline.DurationNs / 1e9, main is null ? null : "master.m3u8", pictures, voices);
        await folder.WriteAsync("playback.json", "playback-plan", "application/json", document.ToUtf8(), ct);
        Pictures = pictures;
    }

    public void Dispose()
    {
        foreach (var picture in _pictures.Values)
            picture.Dispose();
        foreach (var voice in _voices.Values)
            voice.Dispose();
    }

    private List<PictureDocument> Finish(OutputFolder folder)
    {
        var documents = new List<PictureDocument>();
        foreach (var (picture, tracks) in _pictures.GroupBy(p => p.Value, p => p.Key).Select(g => (g.Key, g.ToList())))
        {
            var shown = tracks.Where(t => t.Frames > 0).ToList();
            var endNs = shown.Count == 0 ? 0 : shown.Max(t => t.LastNs + t.LastLengthNs) - _timeline.OriginNs;
            picture.Finish(endNs);
            picture.Dispose();
            // Each of its frames may have been overtaken by a newer run.
            if (!picture.HasContent)
            {
                File.Delete(folder.Temporary(picture.FileName));
                continue;
            }

            folder.Keep(picture.FileName, "media-picture", picture.ContentType);
            documents.Add(picture.Describe(endNs));
        }

        return documents;
    }

    /// <summary>H.264 and VP9 of one source go into one file.</summary>
    private PictureWriter? Sharing(TimelineTrack track, string name) =>
        string.Equals(track.Codec, "VP8", StringComparison.OrdinalIgnoreCase) ? null : _pictures.Values.FirstOrDefault(p => p.Name == name && p is HlsPictureWriter);

    private static string Name(TimelineTrack track, IReadOnlyCollection<string> taken)
    {
        var what = track.Source switch { "screen" => "screen", _ => track.IsVideo ? "video" : "voice" };
        // The role comes from our own tokens, yet no string of a journal becomes a file's name.
        var who = track.Role is "buyer" or "agent" or "expert" or "supervisor" ? track.Role : "other";
        var name = $"{what}-{who}";
        for (var i = 2; taken.Contains(name, StringComparer.Ordinal); i++)
            name = $"{what}-{who}-{i}";
        return name;
    }

    private static Task WritePlaylistAsync(OutputFolder folder, string name, string purpose, string text, CancellationToken ct) =>
        folder.WriteAsync(name, purpose, "application/vnd.apple.mpegurl", Encoding.UTF8.GetBytes(text), ct);
}
