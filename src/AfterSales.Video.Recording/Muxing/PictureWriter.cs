using AfterSales.Video.Recording.Depacketizing;
using AfterSales.Video.Recording.Timeline;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>One source's pictures copied into a file a browser plays: fragmented MP4 (H.264, VP9), or WebM (VP8, which MP4 cannot hold for Media Source Extensions).</summary>
internal abstract class PictureWriter(string name, TimelineTrack track) : IDisposable
{
    private readonly List<PictureRun> _runs = [];
    private MediaRun? _lastRun;

    public string Name => name;
    public TimelineTrack Track => track;
    public abstract string FileName { get; }
    public abstract string ContentType { get; }
    public bool HasContent => _runs.Count > 0;
    protected IReadOnlyList<PictureRun> Runs => _runs;

    public static PictureWriter Create(string name, TimelineTrack track, string folder, DateTimeOffset originUtc) =>
        string.Equals(track.Codec, "VP8", StringComparison.OrdinalIgnoreCase)
            ? new WebmPictureWriter(name, track, folder, originUtc)
            : new HlsPictureWriter(name, track, folder);

    public void Write(in TimedFrame frame, ReadOnlySpan<byte> bytes)
    {
        if (frame.IsKey && VideoDescription.TryRead(frame.Track.Codec, bytes, out var description) && (_runs.Count == 0 || !description.IsSameAs(_runs[^1].Description)))
        {
            _runs.Add(new PictureRun(frame.Track.Codec, description, frame.TimeNs, Reason(frame, description)));
            BeginRun(description, frame.TimeNs);
        }

        // Before a key frame says what it is nothing can be shown.
        if (_runs.Count == 0)
            return;
        _lastRun = frame.Run;
        Add(frame.TimeNs, frame.IsKey, bytes);
    }

    /// <param name="endNs">End of its last frame.</param>
    public abstract void Finish(long endNs);

    public abstract PictureDocument Describe(long endNs);

    public abstract void Dispose();

    protected abstract void BeginRun(VideoDescription description, long timeNs);

    protected abstract void Add(long timeNs, bool isKey, ReadOnlySpan<byte> bytes);

    protected PictureRunDocument Describe(int run, long endNs, string mimeType, (long Offset, int Length)? init)
    {
        var (fromNs, toNs) = (_runs[run].FromNs, run + 1 < _runs.Count ? _runs[run + 1].FromNs : endNs);
        var description = _runs[run].Description;
        return new PictureRunDocument(
            _runs[run].Codec.ToLowerInvariant(), mimeType, description.Width, description.Height, fromNs / 1e9, toNs / 1e9, _runs[run].Reason, init?.Offset, init?.Length);
    }

    private string Reason(in TimedFrame frame, VideoDescription description)
    {
        if (_runs.Count == 0)
            return "start";
        if (!string.Equals(_runs[^1].Codec, frame.Track.Codec, StringComparison.Ordinal))
            return "codec";
        return (description.Width, description.Height) != (_runs[^1].Description.Width, _runs[^1].Description.Height) ? "size" : frame.Run != _lastRun ? "rejoin" : "codec";
    }

    protected sealed record PictureRun(string Codec, VideoDescription Description, long FromNs, string Reason);
}

/// <summary>H.264 and VP9 in one fragmented MP4; every change of size or codec begins with its own init segment.</summary>
internal sealed class HlsPictureWriter(string name, TimelineTrack track, string folder) : PictureWriter(name, track)
{
    private readonly FragmentedMp4 _file = new(Path.Combine(folder, $"{name}.mp4.part"), InitSegment.VideoTimescale);
    private readonly List<((long Offset, int Length) Init, int FirstFragment)> _inits = [];

    public override string FileName => $"{Name}.mp4";
    public override string ContentType => "video/mp4";

    public override void Finish(long endNs) => _file.Finish(Ticks(endNs));

    public override PictureDocument Describe(long endNs)
    {
        var runs = Enumerable.Range(0, Runs.Count).Select(i => Describe(i, endNs, $"video/mp4; codecs=\"{Runs[i].Description.Codecs}\"", _inits[i].Init)).ToList();
        var segments = _file.Fragments.Select((f, i) => new SegmentDocument(
            _inits.FindLastIndex(r => r.FirstFragment <= i), f.Offset, f.Length, Seconds(f.Ticks), Seconds(f.Duration), f.StartsWithKey)).ToList();
        return new PictureDocument(Name, Track.ParticipantId, Track.Role, Track.Source, "hls", FileName, $"{Name}.m3u8", runs[0].FromSeconds, endNs / 1e9, runs, segments);
    }

    public override void Dispose() => _file.Dispose();

    protected override void BeginRun(VideoDescription description, long timeNs) =>
        _inits.Add((_file.BeginRun(InitSegment.OfVideo(description), Ticks(timeNs)), _file.Fragments.Count));

    protected override void Add(long timeNs, bool isKey, ReadOnlySpan<byte> bytes) => _file.Add(Ticks(timeNs), isKey, bytes);

    private static long Ticks(long ns) => (ns * 9 + 50_000) / 100_000;

    private static double Seconds(long ticks) => ticks / (double)InitSegment.VideoTimescale;
}

/// <summary>VP8 frames say their size themselves, so one file holds all runs.</summary>
internal sealed class WebmPictureWriter(string name, TimelineTrack track, string folder, DateTimeOffset originUtc) : PictureWriter(name, track)
{
    private MatroskaWriter? _file;

    public override string FileName => $"{Name}.webm";
    public override string ContentType => "video/webm";

    public override void Finish(long endNs) => _file?.Finish(endNs);

    public override PictureDocument Describe(long endNs)
    {
        var runs = Enumerable.Range(0, Runs.Count).Select(i => Describe(i, endNs, "video/webm; codecs=\"vp8\"", null)).ToList();
        return new PictureDocument(Name, Track.ParticipantId, Track.Role, Track.Source, "webm", FileName, null, runs[0].FromSeconds, endNs / 1e9, runs, []);
    }

    public override void Dispose() => _file?.Dispose();

    protected override void BeginRun(VideoDescription description, long timeNs) => _file ??= new MatroskaWriter(
        Path.Combine(folder, $"{FileName}.part"), "webm", originUtc, [new MatroskaTrack(Name, true, "V_VP8", [], description.Width, description.Height, 0)]);

    protected override void Add(long timeNs, bool isKey, ReadOnlySpan<byte> bytes) => _file!.Write(0, timeNs, isKey, bytes);
}
