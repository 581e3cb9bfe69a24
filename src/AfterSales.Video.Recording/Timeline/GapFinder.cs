using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>Finds where a source has no medium, and why, by what the journal says around that time.</summary>
internal static class GapFinder
{
    private const long LateStartNs = 500_000_000;

    /// <summary>Two lost voice packets are heard; one is not worth a line.</summary>
    private const long AudioGapNs = 60_000_000;
    private const long VideoGapNs = 250_000_000;

    /// <summary>Longer silence in an unbroken sequence is no frame rate and no DTX (which speaks every 400 ms): the source was switched off.</summary>
    private const long SwitchedOffNs = 1_000_000_000;

    public static List<RecordingGap> Find(CallTimeline timeline)
    {
        var gaps = new List<RecordingGap>();
        foreach (var source in timeline.Tracks.GroupBy(t => (t.ParticipantId, t.Source)))
        {
            var samples = source.SelectMany(t => t.Samples).OrderBy(s => s.TimeNs).ToList();
            var (participant, name) = source.Key;
            if (samples[0].TimeNs - timeline.OriginNs > LateStartNs)
                Add(timeline.OriginNs, samples[0].TimeNs, "late_start");
            for (var i = 1; i < samples.Count; i++)
            {
                if (Reason(timeline, samples[i - 1], samples[i]) is { } reason)
                    Add(samples[i - 1].TimeNs, samples[i].TimeNs, reason);
            }

            void Add(long from, long to, string reason) => gaps.Add(Gap(timeline, participant, name, from, to, reason));
        }

        AddRecorderGaps(timeline, gaps);
        return gaps;
    }

    private static void AddRecorderGaps(CallTimeline timeline, List<RecordingGap> gaps)
    {
        var index = timeline.Index;
        gaps.AddRange(index.Lost.Select(l => Gap(timeline, "", "", l.FromNs, l.ToNs, "recorder")));
        if (index.Problem.Length > 0 || index.End is { Recovered: true })
            gaps.Add(Gap(timeline, "", "", index.EndNs, index.EndNs, "crash"));
        foreach (var run in timeline.Unsupported)
            gaps.Add(Gap(timeline, run.Track.ParticipantId, run.Track.Source, run.StartedNs, run.Packets[^1].ArrivalNs, "codec_unsupported"));
    }

    private static string? Reason(CallTimeline timeline, in Sample before, in Sample after)
    {
        var length = after.TimeNs - before.TimeNs;
        var isVideo = after.Run.Track.Kind == MediaKind.Video;
        if (before.Run != after.Run)
        {
            if (length < (isVideo ? VideoGapNs : AudioGapNs))
                return null;
            return before.Run.Track.TrackId == after.Run.Track.TrackId && before.Run.Track.Codec.Name != after.Run.Track.Codec.Name ? "codec_change" : "rejoin";
        }

        var (from, to) = (before.TimeNs, after.TimeNs);
        if (timeline.Index.Pauses.Exists(p => p.FromNs < to && p.ToNs > from))
            return length > AudioGapNs ? "pause" : null;
        if (after.Frame.AfterLoss)
            return length > (isVideo ? VideoGapNs : AudioGapNs) ? "network" : null;
        return length > SwitchedOffNs ? "mute" : null;
    }

    private static RecordingGap Gap(CallTimeline timeline, string participant, string source, long from, long to, string reason) => new(
        participant, source, TimeSpan.FromTicks(timeline.ToPlayback(from) / 100), TimeSpan.FromTicks(timeline.ToPlayback(to) / 100), reason);
}
