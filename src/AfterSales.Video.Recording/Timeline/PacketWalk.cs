using AfterSales.Video.Recording.Depacketizing;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Rtc.Rtp;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>
/// Sorts a journal's packets into runs. Both passes use it: the first makes the runs, the second, which sees the same records in the same order, is
/// given them again.
/// </summary>
/// <param name="runOf">The run for a packet of an SSRC not seen on its track.</param>
internal sealed class PacketWalk(Func<TapTrack, uint, long, MediaRun> runOf, PacketTaker take)
{
    private readonly Dictionary<ushort, TrackState> _tracks = [];

    /// <param name="repeated">Said again after a gap, for readers that lack the first: nothing new for those that have it.</param>
    public void Start(in TapTrack track, long timeNs, bool repeated)
    {
        if (!repeated || !_tracks.ContainsKey(track.TrackId))
            _tracks[track.TrackId] = new TrackState(track, timeNs);
    }

    /// <summary>A track that the recorder joins late brings its last report before its first packet.</summary>
    public void Add(ushort trackId, in SenderReportRecord report)
    {
        if (!_tracks.TryGetValue(trackId, out var track))
            return;
        if (track.Latest is { } run)
            run.Add(report);
        else
            track.Early.Add(report);
    }

    public void Add(ushort trackId, long timeNs, bool recovered, ReadOnlySpan<byte> packet)
    {
        if (!_tracks.TryGetValue(trackId, out var track) || !RtpPacketView.TryParse(packet, out var view) || view.PayloadType != track.Track.Codec.PayloadType)
            return;
        var run = RunOf(track, view.Ssrc, timeNs);
        var payload = view.Payload;
        var flags = payload.IsEmpty ? PayloadMarks.Empty : run.Format?.Inspect(payload) ?? PayloadMarks.None;
        flags |= (view.Marker ? PayloadMarks.Last : PayloadMarks.None) | (recovered ? PayloadMarks.Recovered : PayloadMarks.None);
        take(run, view.SequenceNumber, view.Timestamp, timeNs, flags, payload);
    }

    private MediaRun RunOf(TrackState track, uint ssrc, long timeNs)
    {
        if (track.Latest?.Ssrc == ssrc)
            return track.Latest;
        if (!track.BySsrc.TryGetValue(ssrc, out var run))
        {
            run = runOf(track.Track, ssrc, track.BySsrc.Count == 0 ? track.StartedNs : timeNs);
            track.BySsrc.Add(ssrc, run);
            track.Early.ForEach(run.Add);
            track.Early.Clear();
        }

        return track.Latest = run;
    }

    private sealed class TrackState(TapTrack track, long startedNs)
    {
        public TapTrack Track => track;
        public long StartedNs => startedNs;
        public Dictionary<uint, MediaRun> BySsrc { get; } = [];
        public List<SenderReportRecord> Early { get; } = [];
        public MediaRun? Latest { get; set; }
    }
}

internal delegate void PacketTaker(MediaRun run, ushort seq, uint timestamp, long arrivalNs, PayloadMarks flags, ReadOnlySpan<byte> payload);
