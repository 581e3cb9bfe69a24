namespace AfterSales.Video.Recording.Timeline;

/// <summary>All tracks of a call on one axis. Recording time 0 is the recorder's start; playback time 0 is the first medium.</summary>
internal sealed class CallTimeline
{
    private readonly Dictionary<MediaRun, (TimelineTrack Track, RunClock Clock)> _places = [];

    private CallTimeline(CallIndex index) => Index = index;

    public CallIndex Index { get; }

    /// <summary>Pictures first, then voices; the buyer's before the others': players take the first of a kind for the default one.</summary>
    public List<TimelineTrack> Tracks { get; private set; } = [];

    /// <summary>Runs in codecs this version cannot write; they stay in the journal.</summary>
    public List<MediaRun> Unsupported { get; } = [];

    /// <summary>Runs of which no frame can be shown: no key frame, or none that was whole.</summary>
    public List<MediaRun> WithoutFrames { get; } = [];

    /// <summary>Recording time of playback time 0.</summary>
    public long OriginNs { get; private set; }

    /// <summary>End of the last medium in playback time, known when the call was read.</summary>
    public long DurationNs => Tracks.Where(t => t.Frames > 0).Select(t => t.LastNs + t.LastLengthNs).DefaultIfEmpty(OriginNs).Max() - OriginNs;

    /// <summary>Wall clock of playback time 0, nanoseconds since 1970 UTC.</summary>
    public long OriginUtcNs => Index.StartUtcNs + OriginNs;

    public static CallTimeline Build(CallIndex index)
    {
        var timeline = new CallTimeline(index);
        foreach (var participant in index.Runs.GroupBy(r => r.Track.ParticipantId, StringComparer.Ordinal))
        {
            var clock = new SenderClock(participant.SelectMany(r => r.Reports).Select(r => r.Report));
            foreach (var run in participant.OrderBy(r => r.StartedNs))
                timeline.Add(run, clock);
        }

        timeline.OriginNs = timeline._places.Select(p => p.Value.Clock.ToRecordingNs(p.Key.FirstTimestamp!.Value, p.Key.FirstWholeNs)).DefaultIfEmpty(0).Min();
        timeline.Tracks = [.. timeline.Tracks.OrderByDescending(t => t.Kind).ThenBy(t => RoleOrder(t.Role)).ThenBy(t => t.Source, StringComparer.Ordinal)
            .ThenByDescending(t => t.Runs.Sum(r => r.Packets))];
        return timeline;
    }

    /// <summary>False for a run that has no place in the recording.</summary>
    public bool TryPlace(MediaRun run, out TimelineTrack track, out RunClock clock)
    {
        var found = _places.TryGetValue(run, out var place);
        (track, clock) = place;
        return found;
    }

    public long ToPlayback(long recordingNs) => Math.Clamp(recordingNs - OriginNs, 0, Math.Max(0, DurationNs));

    public static int RoleOrder(string role) => role switch { "buyer" => 0, "expert" => 1, "agent" => 2, _ => 3 };

    private void Add(MediaRun run, SenderClock sender)
    {
        if (run.Format is null)
        {
            Unsupported.Add(run);
            return;
        }

        if (run.FirstTimestamp is null)
        {
            WithoutFrames.Add(run);
            return;
        }

        var (track, clock) = (TrackOf(run), new RunClock(run, sender));
        track.Runs.Add(run);
        track.Description ??= run.Description;
        track.BySenderReports &= clock.BySenderReports;
        track.RecoveredPackets += run.Recovered;
        _places.Add(run, (track, clock));
    }

    private TimelineTrack TrackOf(MediaRun run)
    {
        var key = run.Track;
        var track = Tracks.Find(t => t.ParticipantId == key.ParticipantId && t.Source == key.Source && t.Kind == key.Kind && t.Codec == key.Codec.Name);
        if (track is null)
            Tracks.Add(track = new TimelineTrack(key.ParticipantId, key.Role, key.Source, key.Kind, key.Codec.Name));
        return track;
    }
}
