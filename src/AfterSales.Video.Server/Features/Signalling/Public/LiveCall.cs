using System.Text.Json.Nodes;
using System.Threading.Channels;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Domain.Calls;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Server.Features.Signalling.Public;

/// <summary>
/// One call on this node: its places and its room. Joining, consent and end take turns (<see cref="EnterAsync"/>); the room's
/// events arrive through a bounded queue and are told to the places in order.
/// </summary>
internal sealed partial class LiveCall : IRoomObserver, IDisposable
{
    /// <summary>About ten seconds of a full room. Overflow loses events, so the pump then reads the whole state anew.</summary>
    private const int EventCapacity = 1024;

    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _sync = new();
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);
    private readonly Channel<RoomEvent> _events = Channel.CreateBounded<RoomEvent>(new BoundedChannelOptions(EventCapacity) { SingleReader = true });
    private readonly IMediaRooms _rooms;
    private readonly CustodyLog _custody;
    private readonly SignallingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly OpenAlarms _nodeAlarms;
    private readonly OpenAlarms _alarms = new();
    private readonly MediaLinks _links;
    private readonly QualityBook _quality;
    private readonly QualityMeter _qualityMeter;
    private readonly Task _pump;
    private IRoom? _room;
    private IRecordingSession? _recording;
    private volatile string _recordingState = "";
    private volatile bool _eventsLost;
    private volatile bool _ended;
    private DateTimeOffset? _startedAt;
    private DateTimeOffset? _emptySince;

    public LiveCall(CallRow row, IMediaRooms rooms, CustodyLog custody, SignallingOptions options, OpenAlarms nodeAlarms, QualityMeter qualityMeter, TimeProvider time, ILogger logger)
    {
        (CallId, TenantId, TicketId) = (row.Id, row.TenantId, row.TicketId);
        (_rooms, _custody, _options, _nodeAlarms, _time, _logger) = (rooms, custody, options, nodeAlarms, time, logger);
        _links = new MediaLinks(options.StillInterval, time);
        (_quality, _qualityMeter) = (new QualityBook(time), qualityMeter);
        _startedAt = row.StartedAt;
        _emptySince = time.GetUtcNow();
        _pump = PumpAsync();
    }

    public string CallId { get; }
    public string TenantId { get; }
    public string TicketId { get; }
    public bool IsLive => _startedAt is not null && !_ended;
    public bool IsRecorded => _recording is not null;
    public bool HasEnded => _ended;
    public DateTimeOffset? StartedAt => _startedAt;

    /// <summary>Since when nobody is connected; null while somebody is.</summary>
    public DateTimeOffset? EmptySince
    {
        get
        {
            lock (_sync)
                return _emptySince;
        }
    }

    /// <summary>Join, consent and end of one call never interleave.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        return new Turn(_turn);
    }

    public Place? FindByOwner(string ownerId)
    {
        lock (_sync)
            return _places.Values.FirstOrDefault(p => p.OwnerId == ownerId);
    }

    /// <summary>The buyer's place, whichever browser tab holds it.</summary>
    public Place? FindBuyer() => FindByOwner(CallPlaces.BuyerOwner);

    public Place? Find(string participantId)
    {
        lock (_sync)
            return _places.GetValueOrDefault(participantId);
    }

    /// <summary>Takes the owner's place with a fresh page, or makes it. Needs the turn.</summary>
    /// <returns>The place and its resume token, or the refusal's problem code.</returns>
    public async Task<(Place? Place, string? ResumeToken, string? Refusal)> JoinAsync(Place newcomer, Func<PlaceConnection>? connect, ParticipantSpec spec, CancellationToken ct)
    {
        if (_ended)
            return (null, null, Contracts.Http.ProblemCodes.CallEnded);
        if (!await OpenRoomAsync(ct))
            return (null, null, Contracts.Http.ProblemCodes.CallsAtCapacity);
        var place = FindByOwner(newcomer.OwnerId);
        if (place is not null)
        {
            await _room!.DisconnectAsync(place.ParticipantId, ct);
            BeginAnew(place);
        }
        else
        {
            var joined = await _room!.JoinAsync(spec, ct);
            if (!joined.IsDone)
                return (null, null, ProblemOf(joined.Error!));
            place = newcomer;
            lock (_sync)
                _places[place.ParticipantId] = place;
            Note(CustodyKind.Joined, place, "");
        }

        var token = connect is null ? null : place.TakeOver(connect());
        UpdatePresence();
        Broadcast(new ParticipantChanged(place.View()), except: place);
        if (_recordingState == "paused")
            place.Send(new RecordingStateChanged(_recordingState));
        TellWeakLinks(place);
        foreach (var alarm in place.IsStaff ? _nodeAlarms.All.Concat(_alarms.All).DistinctBy(a => a.Code) : [])
            place.Send(alarm);
        return (place, token, null);
    }

    /// <summary>True when the room is open.</summary>
    private async Task<bool> OpenRoomAsync(CancellationToken ct) => (_room ??= await _rooms.OpenAsync(CallId, ct)) is not null;

    /// <summary>The media room; null before the first join.</summary>
    public IRoom? Room => _room;

    public CallSnapshot Snapshot(Place viewer)
    {
        lock (_sync)
        {
            var elapsed = _startedAt is { } started ? (_time.GetUtcNow() - started).TotalSeconds : 0;
            var state = _ended ? CallPhase.Ended : _startedAt is null ? CallPhase.Waiting : CallPhase.Live;
            return new CallSnapshot(
                CallId, viewer.IsStaff ? TicketId : "", Words.Of(state), _recording is not null, Math.Max(0, elapsed),
                _places.Values.Select(p => p.View()).ToList(), viewer.Slots);
        }
    }

    /// <summary>The buyer agreed: the recorder sees everything from here on, before the buyer's media is let in. Needs the turn.</summary>
    /// <returns>False when the room could not be opened: then nothing changed.</returns>
    public async Task<bool> PrepareAsync(IRecordingSession recording, CancellationToken ct)
    {
        if (!await OpenRoomAsync(ct) || !(await _room!.AttachTapAsync(recording, ct)).IsDone)
            return false;
        _recording = recording;
        return true;
    }

    /// <summary>Undoes <see cref="PrepareAsync"/>.</summary>
    public async Task UnprepareAsync(IRecordingSession recording, CancellationToken ct)
    {
        if (_room is not null)
            await _room.DetachTapAsync(recording, ct);
        _recording = null;
    }

    /// <summary>Consent is in the database and the tap is on: tell everybody. Needs the turn.</summary>
    public void GoLive(DateTimeOffset at)
    {
        _startedAt = at;
        Broadcast(new BuyerStepChanged(Words.Of(BuyerStep.Consented)), staffOnly: true);
        Broadcast(new ConsentGiven(at));
        RecordingChanged("recording");
    }

    /// <summary>"recording" or "paused"; a page that joins later is told too.</summary>
    public void RecordingChanged(string state)
    {
        _recordingState = state;
        Broadcast(new RecordingStateChanged(state));
    }

    /// <summary>The recorder is in trouble, or out of it: staff only.</summary>
    public void Alarm(RecorderAlarm alarm)
    {
        _alarms.Add(alarm);
        Broadcast(new RecordingAlarm(alarm.Kind, alarm.Detail), staffOnly: true);
    }

    public void BuyerStepChanged(BuyerStep step) => Broadcast(new BuyerStepChanged(Words.Of(step)), staffOnly: true);

    /// <summary>An event for the journal from outside the room.</summary>
    public void Note(string kind, string json = "{}") => _recording?.AppendEvent(new RecordingEvent(kind, json));

    /// <summary>A page's socket went away: its place is kept for the grace period.</summary>
    public void Disconnected(Place place, string connectionId)
    {
        if (!place.Detach(connectionId, _time.GetUtcNow()))
            return;
        UpdatePresence();
        Note("signalling_lost", $$"""{"participant":"{{place.ParticipantId}}"}""");
        Broadcast(new ParticipantChanged(place.View()), except: place);
    }

    public void Resumed(Place place)
    {
        UpdatePresence();
        Note("signalling_resumed", $$"""{"participant":"{{place.ParticipantId}}"}""");
        Broadcast(new ParticipantChanged(place.View()), except: place);
    }

    /// <summary>Places whose page did not come back in time.</summary>
    public IReadOnlyList<Place> Overdue()
    {
        var now = _time.GetUtcNow();
        lock (_sync)
            return _places.Values.Where(p => now - p.AbsentSince >= _options.GracePeriod).ToList();
    }

    public async Task RemoveAsync(Place place, string reason, CancellationToken ct)
    {
        lock (_sync)
            _places.Remove(place.ParticipantId);
        _links.Forget(place.ParticipantId);
        UpdatePresence();
        if (_room is not null)
            await _room.LeaveAsync(place.ParticipantId, reason, ct);
        Note(CustodyKind.Left, place, reason);
        Broadcast(new ParticipantGone(place.ParticipantId, reason));
    }

    /// <param name="seal">Seals the recording: begins as soon as the room is closed, so that a page slow to hear its farewell does not hold it open.</param>
    public async Task EndAsync(string reason, Func<Task> seal)
    {
        using var turn = await EnterAsync(CancellationToken.None);
        _ended = true;
        if (_room is not null)
            await _room.CloseAsync(reason, CancellationToken.None);
        _events.Writer.TryComplete();
        await _pump;
        foreach (var rest in _quality.TakeRest())
            _recording?.AppendEvent(rest);
        foreach (var place in Places())
            Note(CustodyKind.Left, place, reason);
        await Task.WhenAll(Places().Select(p => p.CloseAsync(new CallEnded(reason), FarewellTime, _time)).Append(seal()));
    }

    public void Broadcast(CallMessage message, bool staffOnly = false, Place? except = null)
    {
        foreach (var place in Places())
        {
            if (place != except && (!staffOnly || place.IsStaff))
                place.Send(message);
        }
    }

    public void OnRoomEvent(string roomId, RoomEvent roomEvent)
    {
        if (!_events.Writer.TryWrite(roomEvent))
            _eventsLost = true;
    }

    public void Dispose() => _turn.Dispose();

    internal List<Place> Places()
    {
        lock (_sync)
            return [.. _places.Values];
    }

    private void Note(string kind, Place place, string reason)
    {
        var actor = place.IsStaff ? new CustodyActor(place.Role, place.OwnerId) : CustodyActor.Buyer;
        _custody.Post(TenantId, kind, actor, CallId, new JsonObject { ["participantId"] = place.ParticipantId, ["role"] = place.Role, ["reason"] = reason });
    }

    private void UpdatePresence()
    {
        lock (_sync)
        {
            var isEmpty = _places.Values.All(p => p.AbsentSince is not null);
            _emptySince = isEmpty ? _emptySince ?? _time.GetUtcNow() : null;
        }
    }

    private static string ProblemOf(string roomError) => roomError switch
    {
        "room.full" => Contracts.Http.ProblemCodes.RoomFull,
        "room.closed" => Contracts.Http.ProblemCodes.CallEnded,
        _ => Contracts.Http.ProblemCodes.Unavailable,
    };

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        private SemaphoreSlim? _turn = turn;

        public void Dispose() => Interlocked.Exchange(ref _turn, null)?.Release();
    }
}
