using AfterSales.Video.Recording.Muxing;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>Finds where a source has no medium, and why, by what the journal says around that time. Sees each frame once.</summary>
internal sealed class GapFinder(CallTimeline timeline)
{
    /// <summary>Nothing came and nothing says why: a phone that was busy, a page in the background. Nobody muted it.</summary>
    private const string Stalled = "stalled";
    private const long EdgeNs = 500_000_000;

    /// <summary>Two lost voice packets are heard; one is not worth a line.</summary>
    private const long AudioGapNs = 60_000_000;
    private const long VideoGapNs = 250_000_000;

    /// <summary>Longer silence in an unbroken sequence is no frame rate and no DTX (which speaks every 400 ms): the source sent nothing.</summary>
    private const long SwitchedOffNs = 1_000_000_000;
    private readonly Dictionary<(string Participant, string Source), TimedFrame> _last = [];
    private readonly List<(string Participant, string Source, long FromNs, long ToNs, string Reason)> _found = [];

    public void Add(in TimedFrame frame)
    {
        var key = (frame.Track.ParticipantId, frame.Track.Source);
        if (!_last.TryGetValue(key, out var before))
        {
            if (frame.TimeNs > EdgeNs)
                _found.Add((key.ParticipantId, key.Source, 0, frame.TimeNs, IsMuted(key, 0, frame.TimeNs) ? "mute" : WeakLink(key, 0, frame.TimeNs) ?? "late_start"));
        }
        else if (Reason(before, frame) is { } reason)
        {
            _found.Add((key.ParticipantId, key.Source, before.TimeNs, frame.TimeNs, reason));
        }

        _last[key] = frame;
    }

    /// <summary>All gaps, in playback time, when the call was read.</summary>
    public List<RecordingGap> Finish()
    {
        var (index, duration) = (timeline.Index, timeline.DurationNs);
        foreach (var (key, last) in _last)
        {
            var endNs = last.TimeNs + last.Track.LastLengthNs;
            if (duration - endNs > SwitchedOffNs)
                _found.Add((key.Participant, key.Source, endNs, duration, EndReason(last)));
        }

        foreach (var lost in index.Lost)
            AddRecording("", "", lost.FromNs, lost.ToNs, "recorder");
        if (index.Problem.Length > 0 || index.End is { Recovered: true })
            AddRecording("", "", index.EndNs, index.EndNs, "crash");
        foreach (var run in timeline.Unsupported)
            AddRecording(run.Track.ParticipantId, run.Track.Source, run.StartedNs, run.LastArrivalNs, "codec_unsupported");
        foreach (var run in timeline.WithoutFrames.Where(r => r.LastArrivalNs - r.StartedNs > SwitchedOffNs))
            AddRecording(run.Track.ParticipantId, run.Track.Source, run.StartedNs, run.LastArrivalNs, "no_key_frame");
        return [.. _found.OrderBy(g => g.FromNs).Select(g => new RecordingGap(g.Participant, g.Source, Span(g.FromNs), Span(g.ToNs), g.Reason))];
    }

    private void AddRecording(string participant, string source, long fromNs, long toNs, string reason) =>
        _found.Add((participant, source, timeline.ToPlayback(fromNs), timeline.ToPlayback(toNs), reason));

    private string? Reason(in TimedFrame before, in TimedFrame after)
    {
        var length = after.TimeNs - before.TimeNs;
        var worth = after.Track.IsVideo ? VideoGapNs : AudioGapNs;
        if (before.Run != after.Run)
        {
            if (length < worth)
                return null;
            return before.Run.Track.TrackId == after.Run.Track.TrackId && before.Track.Codec != after.Track.Codec ? "codec_change" : "rejoin";
        }

        if (IsPaused(before.TimeNs, after.TimeNs))
            return length > AudioGapNs ? "pause" : null;
        if (length > AudioGapNs && IsMuted((after.Track.ParticipantId, after.Track.Source), before.TimeNs, after.TimeNs))
            return "mute";
        if (length <= worth)
            return null;
        var isInterrupted = IsInterrupted(after.Track.ParticipantId, before.TimeNs, after.TimeNs);
        if (!isInterrupted && WeakLink((after.Track.ParticipantId, after.Track.Source), before.TimeNs, after.TimeNs) is { } instead)
            return instead;
        if (after.AfterLoss)
            return "network";
        if (length <= SwitchedOffNs)
            return null;
        return isInterrupted ? "network" : Stalled;
    }

    /// <summary>A source that ends before the recording does: its participant left, lost the network or switched it off, or it just stopped.</summary>
    private string EndReason(in TimedFrame last)
    {
        var (participant, fromNs) = (last.Track.ParticipantId, timeline.OriginNs + last.TimeNs - SwitchedOffNs);
        if (IsPaused(last.TimeNs, timeline.DurationNs))
            return "pause";
        var events = timeline.Index.Events.Where(e => e.ParticipantId == participant && e.TimeNs >= fromNs).Select(e => e.Kind).ToList();
        return events.Contains("participant_left", StringComparer.Ordinal) ? "left"
            : events.Contains("participant_interrupted", StringComparer.Ordinal) ? "network"
            : IsMuted((participant, last.Track.Source), last.TimeNs, timeline.DurationNs) ? "mute"
            : WeakLink((participant, last.Track.Source), last.TimeNs, timeline.DurationNs) ?? Stalled;
    }

    private bool IsPaused(long fromNs, long toNs) =>
        timeline.Index.Pauses.Exists(p => p.FromNs - timeline.OriginNs < toNs && p.ToNs - timeline.OriginNs > fromNs);

    /// <summary>What a participant switched off itself is how the call went; a loss in the same stretch cannot be told from it.</summary>
    private bool IsMuted((string Participant, string Source) key, long fromNs, long toNs) =>
        timeline.Index.Mutes.Exists(m => m.ParticipantId == key.Participant && m.Source == key.Source
            && m.FromNs - timeline.OriginNs < toNs && m.ToNs - timeline.OriginNs > fromNs);

    /// <summary>The page said that its link carries no video: what it sent instead is the reason.</summary>
    private string? WeakLink((string Participant, string Source) key, long fromNs, long toNs)
    {
        if (key.Source != "camera")
            return null;
        var modes = timeline.Index.WeakLinks.Where(w => w.ParticipantId == key.Participant && w.FromNs - timeline.OriginNs < toNs && w.ToNs - timeline.OriginNs > fromNs)
            .Select(w => w.Mode).ToList();
        return modes.Count == 0 ? null : modes.Contains("stills", StringComparer.Ordinal) ? "photos_instead" : "sound_only";
    }

    private bool IsInterrupted(string participant, long fromNs, long toNs) =>
        timeline.Index.Events.Exists(e => e.Kind == "participant_interrupted" && e.ParticipantId == participant
            && e.TimeNs - timeline.OriginNs >= fromNs && e.TimeNs - timeline.OriginNs <= toNs);

    private static TimeSpan Span(long ns) => TimeSpan.FromTicks(ns / 100);
}
