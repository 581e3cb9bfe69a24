using System.Text.Json;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Depacketizing;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Rtc.Rtp;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>First pass over a journal: checks its chain and notes where everything is.</summary>
internal sealed class CallIndexer
{
    private readonly CallIndex _index;
    private readonly Dictionary<ushort, TrackState> _tracks = [];
    private (long Ns, string Reason)? _pausedSince;

    private CallIndexer(CallIndex index) => _index = index;

    /// <summary>False with a reason when the journal's head is not a recording's.</summary>
    public static bool TryIndex(RecordingJournal journal, CancellationToken ct, out CallIndex index, out string problem)
    {
        (index, problem) = (null!, "");
        if (!HeaderJson.TryRead(journal.HeaderBody.Span, out var header))
            problem = "the header record is not readable";
        else if (!journal.CanRead)
            problem = "the journal is encrypted and its data key is not there";
        if (problem.Length > 0)
            return false;
        index = new CallIndex { Header = header, StartUtcNs = journal.StartUtcNs };
        new CallIndexer(index).ReadAll(journal, ct);
        return true;
    }

    private void ReadAll(RecordingJournal journal, CancellationToken ct)
    {
        while (journal.ReadBlock(out var block) == BlockOutcome.Block)
        {
            ct.ThrowIfCancellationRequested();
            _index.EndNs = Math.Max(_index.EndNs, block.Header.MonotonicNs);
            ReadBlock(block);
        }

        if (_pausedSince is { } open)
            _index.Pauses.Add((open.Ns, _index.EndNs, open.Reason));
        (_index.Blocks, _index.HeadHashHex) = (journal.Blocks, journal.HeadHex);
        if (journal.Problem.Length > 0 || !journal.Ended)
            _index.Problem = journal.Problem.Length > 0 ? journal.Problem : "the journal has no END record";
        // Whoever has no key can write such an END; it never makes a recording complete.
        if (journal.EndedInClear && _index.End is { } end)
            _index.End = end with { Recovered = true };
        foreach (var run in _index.Runs)
            run.Order();
    }

    private void ReadBlock(in RecordingBlock block)
    {
        var records = new RecordReader(block.Payload.Span);
        while (records.Read())
        {
            switch (records.Type)
            {
                case RecordType.Rtp when records.TryGetRtp(out var id, out var timeNs, out var recovered, out var packet):
                    AddPacket(id, timeNs, recovered, packet, block.Position + records.BodyOffset + RecordWriter.RtpPrefix);
                    break;
                case RecordType.SenderReport when records.TryGetSenderReport(out var id, out var report):
                    _tracks.GetValueOrDefault(id)?.Add(report);
                    break;
                case RecordType.TrackStarted when records.TryGetTrackStarted(out var track, out var timeNs) && !IsRepeat(records, track):
                    _tracks[track.TrackId] = new TrackState(track, timeNs);
                    break;
                case RecordType.RoomEvent when records.TryGetRoomEvent(out var roomEvent, out var timeNs):
                    _index.Events.Add(TimedEvents.From(roomEvent, timeNs));
                    break;
                case RecordType.Gap when records.TryGetGap(out var from, out var to, out var packets, out _):
                    _index.Lost.Add((from, to, packets));
                    break;
                case RecordType.Event or RecordType.Paused or RecordType.Resumed or RecordType.End when records.TryGetText(out var timeNs, out var first, out var second):
                    AddText(records.Type, timeNs, first, second);
                    break;
            }
        }
    }

    /// <summary>Said again after a gap, for readers that lack the first: nothing new for those that have it.</summary>
    private bool IsRepeat(in RecordReader records, in Sfu.Taps.TapTrack track) =>
        (records.Flags & RecordWriter.RepeatedFlag) != 0 && _tracks.ContainsKey(track.TrackId);

    private void AddPacket(ushort trackId, long timeNs, bool recovered, ReadOnlySpan<byte> packet, long offset)
    {
        if (!_tracks.TryGetValue(trackId, out var track) || !RtpPacketView.TryParse(packet, out var view) || view.PayloadType != track.Track.Codec.PayloadType)
            return;
        var run = track.RunOf(view.Ssrc, _index.Runs, timeNs);
        var payload = view.Payload;
        var flags = payload.IsEmpty ? PayloadMarks.Empty : run.Format?.Inspect(payload) ?? PayloadMarks.None;
        flags |= (view.Marker ? PayloadMarks.Last : PayloadMarks.None) | (recovered ? PayloadMarks.Recovered : PayloadMarks.None);
        run.Add(view.SequenceNumber, view.Timestamp, timeNs, offset + view.HeaderLength, (ushort)payload.Length, flags);
    }

    private void AddText(RecordType type, long timeNs, string first, string second)
    {
        switch (type)
        {
            case RecordType.Event:
                _index.Events.Add(new TimedEvent(timeNs, first, "", "", "", second));
                break;
            case RecordType.Paused:
                _pausedSince ??= (timeNs, first);
                _index.Events.Add(new TimedEvent(timeNs, "paused", "", "", first, "{}"));
                break;
            case RecordType.Resumed:
                if (_pausedSince is { } since)
                    _index.Pauses.Add((since.Ns, timeNs, since.Reason));
                _pausedSince = null;
                _index.Events.Add(new TimedEvent(timeNs, "resumed", "", "", "", "{}"));
                break;
            case RecordType.End:
                _index.End = ReadCounts(second);
                _index.EndNs = Math.Max(_index.EndNs, timeNs);
                break;
        }
    }

    private static EndCounts? ReadCounts(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, JournalJson.Default.EndCounts);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed class TrackState(Sfu.Taps.TapTrack track, long startedNs)
    {
        private readonly Dictionary<uint, MediaRun> _bySsrc = [];

        public Sfu.Taps.TapTrack Track => track;
        private readonly List<SenderReportRecord> _early = [];
        private MediaRun? _latest;

        /// <summary>A track that the recorder joins late brings its last report before its first packet.</summary>
        public void Add(SenderReportRecord report)
        {
            if (_latest is null)
                _early.Add(report);
            else
                _latest.Add(report);
        }

        public MediaRun RunOf(uint ssrc, List<MediaRun> runs, long timeNs)
        {
            if (_latest?.Ssrc == ssrc)
                return _latest;
            if (!_bySsrc.TryGetValue(ssrc, out var run))
            {
                run = new MediaRun(track, ssrc, _bySsrc.Count == 0 ? startedNs : timeNs);
                _bySsrc.Add(ssrc, run);
                runs.Add(run);
                _early.ForEach(run.Add);
                _early.Clear();
            }

            return _latest = run;
        }
    }
}
