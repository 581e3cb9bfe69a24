using AfterSales.Video.Recording.Depacketizing;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>One playable track: a participant's source in one codec, all its runs on one time axis.</summary>
internal sealed class TimelineTrack(string participantId, string role, string source, MediaKind kind, string codec)
{
    public string ParticipantId => participantId;
    public string Role => role;
    public string Source => source;
    public MediaKind Kind => kind;
    public string Codec => codec;
    public List<Sample> Samples { get; } = [];
    public List<MediaRun> Runs { get; } = [];
    public bool BySenderReports { get; set; } = true;
    public long LostPackets { get; set; }
    public int DroppedFrames { get; set; }
    public int RecoveredPackets { get; set; }
    public long FirstNs => Samples[0].TimeNs;
    public long LastNs => Samples[^1].TimeNs;
}

/// <param name="TimeNs">Recording time.</param>
internal readonly record struct Sample(long TimeNs, MediaRun Run, FrameRef Frame);

/// <summary>All tracks of a call on one axis. Recording time 0 is the recorder's start; playback time 0 is the first medium.</summary>
internal sealed class CallTimeline
{
    private CallTimeline(CallIndex index) => Index = index;

    public CallIndex Index { get; }
    public List<TimelineTrack> Tracks { get; } = [];

    /// <summary>Runs in codecs this version cannot write; they stay in the journal.</summary>
    public List<MediaRun> Unsupported { get; } = [];

    /// <summary>Recording time of playback time 0.</summary>
    public long OriginNs { get; private set; }

    /// <summary>End of the last medium, in playback time.</summary>
    public long DurationNs { get; private set; }

    public static CallTimeline Build(CallIndex index)
    {
        var timeline = new CallTimeline(index);
        foreach (var participant in index.Runs.GroupBy(r => r.Track.ParticipantId, StringComparer.Ordinal))
        {
            var clock = new SenderClock(participant.SelectMany(r => r.Reports).Select(r => r.Report));
            foreach (var run in participant.OrderBy(r => r.StartedNs))
                timeline.Add(run, clock);
        }

        timeline.Tracks.RemoveAll(t => t.Samples.Count == 0);
        foreach (var track in timeline.Tracks)
            Straighten(track.Samples);
        timeline.OriginNs = timeline.Tracks.Select(t => t.FirstNs).DefaultIfEmpty(0).Min();
        timeline.DurationNs = timeline.Tracks.Select(t => t.LastNs + LastSampleNs(t)).DefaultIfEmpty(0).Max() - timeline.OriginNs;
        return timeline;
    }

    public long ToPlayback(long recordingNs) => Math.Clamp(recordingNs - OriginNs, 0, DurationNs);

    private void Add(MediaRun run, SenderClock sender)
    {
        if (run.Format is null)
        {
            Unsupported.Add(run);
            return;
        }

        var track = TrackOf(run);
        var clock = new RunClock(run, sender);
        var assembled = FrameAssembler.Assemble(run.Packets, run.Track.Kind == MediaKind.Video);
        track.Runs.Add(run);
        track.BySenderReports &= clock.BySenderReports;
        track.LostPackets += assembled.LostPackets;
        track.DroppedFrames += assembled.DroppedFrames;
        track.RecoveredPackets += run.Packets.Count(p => p.Flags.HasFlag(PayloadMarks.Recovered));
        // A run that comes back while the older one's tail is still there begins where that one ends.
        var notBefore = track.Samples.Count == 0 ? long.MinValue : track.LastNs;
        foreach (var frame in assembled.Frames)
        {
            var timeNs = clock.ToRecordingNs(frame.Timestamp);
            if (timeNs > notBefore)
                track.Samples.Add(new Sample(timeNs, run, frame));
        }
    }

    private TimelineTrack TrackOf(MediaRun run)
    {
        var key = run.Track;
        var track = Tracks.Find(t => t.ParticipantId == key.ParticipantId && t.Source == key.Source && t.Kind == key.Kind && t.Codec == key.Codec.Name);
        if (track is null)
            Tracks.Add(track = new TimelineTrack(key.ParticipantId, key.Role, key.Source, key.Kind, key.Codec.Name));
        return track;
    }

    /// <summary>Where two fitted lines meet, times may step back a little; players want them to grow.</summary>
    private static void Straighten(List<Sample> samples)
    {
        const long tickNs = 100_000;
        for (var i = 1; i < samples.Count; i++)
        {
            if (samples[i].TimeNs < samples[i - 1].TimeNs + tickNs)
                samples[i] = samples[i] with { TimeNs = samples[i - 1].TimeNs + tickNs };
        }
    }

    private static long LastSampleNs(TimelineTrack track) => track.Kind == MediaKind.Audio ? 20_000_000 : 33_000_000;
}
