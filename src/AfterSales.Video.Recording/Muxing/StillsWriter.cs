using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Recording.Timeline;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>
/// Photos that stood in for video, one file for each source: JPEG images one behind the other, byte for byte as they were sent. timeline.json says
/// where each begins. One file and not one for each photo, because a call on a weak link has a thousand.
/// </summary>
internal sealed class StillsWriter(CallTimeline timeline, string folder) : IDisposable
{
    private readonly Dictionary<(string Participant, string Source), (string Name, FileStream File)> _files = [];
    private readonly List<TimelineStillDocument> _stills = [];

    /// <summary>In the order of the journal.</summary>
    public IReadOnlyList<TimelineStillDocument> Stills => _stills;

    public void Write(in StillRecord still, ReadOnlySpan<byte> image)
    {
        var (name, file) = FileOf(still);
        _stills.Add(new TimelineStillDocument(
            (still.TimeNs - timeline.OriginNs) / 1e9, still.ParticipantId, still.Role, still.Source, name, file.Position, image.Length, still.Width, still.Height, still.Sha256));
        file.Write(image);
    }

    public void Finish(OutputFolder output)
    {
        foreach (var (name, file) in _files.Values)
        {
            file.Dispose();
            output.Keep(name, "stills", "video/x-motion-jpeg");
        }
    }

    public void Dispose()
    {
        foreach (var (_, file) in _files.Values)
            file.Dispose();
    }

    private (string Name, FileStream File) FileOf(in StillRecord still)
    {
        var key = (still.ParticipantId, still.Source);
        if (_files.TryGetValue(key, out var known))
            return known;
        var plain = "stills-" + (still.Role is "buyer" or "agent" or "expert" or "supervisor" ? still.Role : "person");
        var number = _files.Values.Count(f => f.Name.StartsWith(plain, StringComparison.Ordinal)) + 1;
        var name = number == 1 ? plain + ".mjpeg" : $"{plain}-{number}.mjpeg";
        return _files[key] = (name, File.Create(Path.Combine(folder, name + ".part")));
    }
}
