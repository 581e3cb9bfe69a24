using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Depacketizing;
using AfterSales.Video.Recording.Timeline;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>Second pass: copies every whole frame out of the journal into original.mkv, each source its own track.</summary>
internal sealed class OriginalWriter(RecordingJournal journal)
{
    private readonly FrameBuffer _frame = new();
    private readonly byte[] _payload = new byte[ushort.MaxValue];

    /// <summary>Writes all tracks of the timeline that can be described. Their order in the file is the returned list's.</summary>
    public List<TimelineTrack> Write(CallTimeline timeline, string path, CancellationToken ct)
    {
        var (tracks, entries) = (new List<TimelineTrack>(), new List<MatroskaTrack>());
        // Video first: players take the first track of a kind for the default one.
        foreach (var track in timeline.Tracks.OrderByDescending(t => t.Kind).ThenBy(t => RoleOrder(t.Role)).ThenByDescending(t => t.Samples.Count))
        {
            if (Describe(track) is not { } entry)
                continue;
            tracks.Add(track);
            entries.Add(entry);
        }

        if (tracks.Count == 0)
            return tracks;
        var start = DateTimeOffset.UnixEpoch.AddTicks((timeline.Index.StartUtcNs + timeline.OriginNs) / 100);
        using var writer = new MatroskaWriter(path, start, entries);
        WriteSamples(timeline, tracks, writer, ct);
        writer.Finish(timeline.DurationNs);
        return tracks;
    }

    public static int RoleOrder(string role) => role switch { "buyer" => 0, "expert" => 1, "agent" => 2, _ => 3 };

    private void WriteSamples(CallTimeline timeline, List<TimelineTrack> tracks, MatroskaWriter writer, CancellationToken ct)
    {
        var order = new List<(long TimeNs, int Track, int Sample)>(tracks.Sum(t => t.Samples.Count));
        for (var t = 0; t < tracks.Count; t++)
        {
            for (var s = 0; s < tracks[t].Samples.Count; s++)
                order.Add((tracks[t].Samples[s].TimeNs, t, s));
        }

        order.Sort();
        foreach (var (timeNs, track, index) in order)
        {
            ct.ThrowIfCancellationRequested();
            var sample = tracks[track].Samples[index];
            if (TryRead(sample))
                writer.Write(track, timeNs - timeline.OriginNs, sample.Frame.IsKey, _frame.Written);
            else
                tracks[track].DroppedFrames++;
        }
    }

    private MatroskaTrack? Describe(TimelineTrack track)
    {
        var name = $"{track.Role} {track.Source}";
        if (track.Kind == MediaKind.Audio)
            return new MatroskaTrack(name, false, "A_OPUS", OpusHead, 0, 0, 2);
        foreach (var sample in track.Samples)
        {
            if (sample.Frame.IsKey && TryRead(sample) && VideoDescription.TryRead(track.Codec, _frame.Written, out var video))
                return new MatroskaTrack(name, true, CodecId(track.Codec), video.CodecPrivate, video.Width, video.Height, 0);
        }

        return null;
    }

    private static string CodecId(string codec) => codec.ToUpperInvariant() switch
    {
        "H264" => "V_MPEG4/ISO/AVC",
        "VP8" => "V_VP8",
        _ => "V_VP9",
    };

    /// <summary>RFC 7845 §5.1: 2 channels, no pre-skip (the stream is joined in the middle), 48 kHz.</summary>
    private static byte[] OpusHead => [.. "OpusHead"u8, 1, 2, 0, 0, 0x80, 0xBB, 0, 0, 0, 0, 0];

    private bool TryRead(in Sample sample)
    {
        _frame.Clear();
        for (var i = sample.Frame.First; i <= sample.Frame.Last; i++)
        {
            var packet = sample.Run.Packets[i];
            if (packet.Length == 0)
                continue;
            var payload = _payload.AsSpan(0, packet.Length);
            if (!journal.TryRead(packet.Offset, payload) || !sample.Run.Format!.TryAppend(payload, _frame))
                return false;
        }

        return _frame is { Length: > 0, IsUnitOpen: false };
    }
}
