using System.Text.Json;
using AfterSales.Video.Recording.Depacketizing;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>First pass over a journal: checks its chain and notes what timing and planning need. Keeps no packets.</summary>
internal sealed class CallIndexer
{
    private readonly CallIndex _index;
    private readonly PacketWalk _walk;
    private readonly Dictionary<MediaRun, FirstFrame> _looking = [];
    private readonly Dictionary<(string ParticipantId, string Source), long> _mutedSince = [];
    private readonly Dictionary<string, (long Ns, string Mode)> _weakSince = new(StringComparer.Ordinal);
    private (long Ns, string Reason)? _pausedSince;

    private CallIndexer(CallIndex index)
    {
        _index = index;
        _walk = new PacketWalk(
            (track, ssrc, startedNs) =>
            {
                var run = new MediaRun(track, ssrc, startedNs);
                _index.Runs.Add(run);
                if (run.Format is not null)
                    _looking.Add(run, new FirstFrame(run));
                return run;
            }, AddPacket);
    }

    /// <summary>False with a reason when the header record is not one.</summary>
    public static bool TryIndex(JournalSource journal, CancellationToken ct, out CallIndex index, out string problem)
    {
        (index, problem) = (null!, "the header record is not readable");
        if (!HeaderJson.TryRead(journal.HeaderBody, out var header))
            return false;
        index = new CallIndex { Header = header, StartUtcNs = journal.StartUtcNs };
        new CallIndexer(index).ReadAll(journal, ct);
        return true;
    }

    private void ReadAll(JournalSource journal, CancellationToken ct)
    {
        while (journal.ReadBlock(out var payload, out var monotonicNs))
        {
            ct.ThrowIfCancellationRequested();
            _index.EndNs = Math.Max(_index.EndNs, monotonicNs);
            ReadBlock(payload);
        }

        if (_pausedSince is { } open)
            _index.Pauses.Add((open.Ns, _index.EndNs, open.Reason));
        foreach (var ((participantId, source), sinceNs) in _mutedSince)
            _index.Mutes.Add((sinceNs, _index.EndNs, participantId, source));
        foreach (var (participantId, (sinceNs, mode)) in _weakSince)
            _index.WeakLinks.Add(new WeakLink(sinceNs, _index.EndNs, participantId, mode));
        foreach (var first in _looking.Values.ToList())
            first.Flush();
        (_index.Blocks, _index.HeadHashHex, _index.Problem) = (journal.Blocks, journal.HeadHex, journal.Problem);
        if (journal.EndedInClear && _index.End is { } end)
            _index.End = end with { Recovered = true };
    }

    private void ReadBlock(ReadOnlySpan<byte> payload)
    {
        var records = new RecordReader(payload);
        while (records.Read())
        {
            switch (records.Type)
            {
                case RecordType.Rtp when records.TryGetRtp(out var id, out var timeNs, out var recovered, out var packet):
                    _walk.Add(id, timeNs, recovered, packet);
                    break;
                case RecordType.SenderReport when records.TryGetSenderReport(out var id, out var report):
                    _walk.Add(id, report);
                    break;
                case RecordType.TrackStarted when records.TryGetTrackStarted(out var track, out var timeNs):
                    _walk.Start(track, timeNs, (records.Flags & RecordWriter.RepeatedFlag) != 0);
                    break;
                case RecordType.RoomEvent when records.TryGetRoomEvent(out var roomEvent, out var timeNs):
                    AddRoomEvent(TimedEvents.From(roomEvent, timeNs));
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

    private void AddPacket(MediaRun run, ushort seq, uint timestamp, long arrivalNs, PayloadMarks flags, ReadOnlySpan<byte> payload)
    {
        var (wideSeq, wideTimestamp) = run.Add(seq, timestamp, arrivalNs, flags);
        if (_looking.Count == 0 || !_looking.TryGetValue(run, out var first))
            return;
        first.Add(wideSeq, wideTimestamp, arrivalNs, flags, payload);
        if (first.Found)
            _looking.Remove(run);
    }

    private void AddRoomEvent(TimedEvent roomEvent)
    {
        _index.Events.Add(roomEvent);
        var source = (roomEvent.ParticipantId, roomEvent.Detail);
        if (roomEvent.Kind == "muted")
            _mutedSince.TryAdd(source, roomEvent.TimeNs);
        else if (roomEvent.Kind == "unmuted" && _mutedSince.Remove(source, out var sinceNs))
            _index.Mutes.Add((sinceNs, roomEvent.TimeNs, source.ParticipantId, source.Detail));
    }

    private void AddText(RecordType type, long timeNs, string first, string second)
    {
        switch (type)
        {
            case RecordType.Event when first == MediaModeEvent.Kind && MediaModeEvent.TryRead(second, out var mode):
                _index.Events.Add(new TimedEvent(timeNs, first, mode.Participant, mode.Role, mode.Reason, second));
                AddMode(mode, timeNs);
                break;
            case RecordType.Event when first == "quality":
                _index.Quality.Add((timeNs, second));
                break;
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

    private void AddMode(MediaModeEvent mode, long timeNs)
    {
        if (_weakSince.Remove(mode.Participant, out var before))
            _index.WeakLinks.Add(new WeakLink(before.Ns, timeNs, mode.Participant, before.Mode));
        if (mode.Sends is "stills" or "audio_only")
            _weakSince[mode.Participant] = (timeNs, mode.Sends);
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

    /// <summary>Joins a run's packets until its first frame is whole and, for a picture, its size is known: containers want both before anything else.</summary>
    private sealed class FirstFrame
    {
        private readonly MediaRun _run;
        private readonly FrameAssembler _frames;
        private readonly ReorderBuffer _order;

        public FirstFrame(MediaRun run)
        {
            _run = run;
            // Parameter sets after a hole are not asked for here: whether any come is not yet known.
            _frames = new FrameAssembler(run.Format!, run.Track.Kind == MediaKind.Video, everParameters: true, Take);
            _order = new ReorderBuffer(_frames);
        }

        public bool Found => _run.FirstTimestamp is not null;

        public void Add(long seq, long timestamp, long arrivalNs, PayloadMarks flags, ReadOnlySpan<byte> payload) =>
            _order.Add(seq, timestamp, arrivalNs, flags, payload);

        public void Flush()
        {
            _order.Flush();
            _frames.Flush();
        }

        private void Take(in FrameMark frame, ReadOnlySpan<byte> bytes)
        {
            if (_run.FirstTimestamp is not null)
                return;
            if (_run.Track.Kind == MediaKind.Audio)
                _run.Begin(frame.Timestamp, null);
            else if (frame.IsKey && VideoDescription.TryRead(_run.Track.Codec.Name, bytes, out var description))
                _run.Begin(frame.Timestamp, description);
        }
    }
}
