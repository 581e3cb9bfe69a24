using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Server.Data;

namespace AfterSales.Video.Server.Features.Signalling.Public;

/// <summary>
/// A participant's place in a call: it outlives the WebSocket that holds it. Thread-safe; nothing under its lock waits.
/// </summary>
internal sealed class Place(string participantId, string ownerId, string role, string displayName)
{
    /// <summary>A minute of a busy call; what nobody acknowledged by then asks for a fresh start.</summary>
    private const int OutboxCapacity = 512;

    /// <summary>Pages that lost the place and may still come knocking; older ones are told to rejoin like strangers.</summary>
    private const int ReplacedCapacity = 32;

    private readonly Lock _sync = new();
    private readonly Queue<string> _replacedTokensSha256 = new();
    private readonly Outbox _outbox = new(OutboxCapacity);
    private string _resumeTokenSha256 = "";
    private PlaceConnection? _connection;
    private IReadOnlyList<PublicationView> _publications = [];
    private IReadOnlyList<SlotView> _slots = [];
    private bool _mediaConnected;
    private bool _mediaInterrupted;

    public string ParticipantId => participantId;

    /// <summary>The agent's id, "buyer", or the id of a media token: one place each.</summary>
    public string OwnerId => ownerId;
    public string Role => role;
    public string DisplayName => displayName;
    public bool IsStaff => role != "buyer";

    /// <summary>A WHIP or WHEP client: no page, no messages, no grace period.</summary>
    public bool IsProgram { get; init; }

    /// <summary>When the last connection went away; null while one is there. Programs are present while they have media.</summary>
    public DateTimeOffset? AbsentSince { get; private set; }

    public IReadOnlyList<SlotView> Slots
    {
        get
        {
            lock (_sync)
                return _slots;
        }
    }

    public ParticipantView View()
    {
        lock (_sync)
            return new ParticipantView(participantId, role, displayName, ConnectionWord(), _publications);
    }

    public bool IsHeldBy(string connectionId)
    {
        lock (_sync)
            return _connection?.ConnectionId == connectionId;
    }

    /// <summary>A fresh page takes the place; the page that held it is told to stop. Returns the new resume token.</summary>
    public string TakeOver(PlaceConnection connection)
    {
        lock (_sync)
        {
            if (_connection is { } former)
            {
                former.Send(_outbox.Append(new Replaced("page")));
                former.Finish();
            }

            RememberReplaced();
            _outbox.Reset();
            _mediaConnected = _mediaInterrupted = false;
            var token = Ids.NewSecret();
            _resumeTokenSha256 = Ids.Sha256(token);
            Attach(connection);
            return token;
        }
    }

    /// <summary>
    /// True for the token of a page another one has taken the place from. It may not have heard so, its socket being away just then, and
    /// must not take the place back on its own: only its person may.
    /// </summary>
    public bool WasReplaced(string resumeToken)
    {
        lock (_sync)
            return _replacedTokensSha256.Contains(Ids.Sha256(resumeToken));
    }

    /// <summary>The same page is back on another socket: it gets what it missed. False when that cannot be had any more.</summary>
    public bool TryResume(string resumeToken, long lastSeq, Func<PlaceConnection> connect)
    {
        lock (_sync)
        {
            if (_resumeTokenSha256 != Ids.Sha256(resumeToken) || !_outbox.TryRead(lastSeq, out var missed))
                return false;
            _connection?.Abort();
            var connection = connect();
            foreach (var message in missed)
                connection.Send(message);
            Attach(connection);
            return true;
        }
    }

    /// <summary>True when this was the connection that held the place.</summary>
    public bool Detach(string connectionId, DateTimeOffset now)
    {
        lock (_sync)
        {
            if (_connection?.ConnectionId != connectionId)
                return false;
            _connection.Finish();
            _connection = null;
            AbsentSince = now;
            return true;
        }
    }

    public void Send(CallMessage message)
    {
        lock (_sync)
        {
            if (IsProgram || (message is QualityChanged && _connection is null))
                return;
            var numbered = _outbox.Append(message);
            _connection?.Send(numbered);
        }
    }

    public void Acknowledge(long seq)
    {
        lock (_sync)
            _outbox.Acknowledge(seq);
    }

    public void MediaConnected(bool connected, bool interrupted)
    {
        lock (_sync)
            (_mediaConnected, _mediaInterrupted) = (connected, interrupted);
    }

    public void SetPublications(IReadOnlyList<PublicationView> publications)
    {
        lock (_sync)
            _publications = publications;
    }

    public void SetSlots(IReadOnlyList<SlotView> slots)
    {
        lock (_sync)
            _slots = slots;
    }

    /// <summary>The last message, then nothing. Ends when it was handed over or the deadline passed.</summary>
    public Task CloseAsync(CallMessage last, TimeSpan deadline, TimeProvider time)
    {
        PlaceConnection? connection;
        lock (_sync)
        {
            connection = _connection;
            var numbered = _outbox.Append(last);
            connection?.Send(numbered);
            connection?.Finish();
            _resumeTokenSha256 = "";
        }

        return connection?.Completion.WaitAsync(deadline, time).ContinueWith(_ => { }, TaskScheduler.Default) ?? Task.CompletedTask;
    }

    private void RememberReplaced()
    {
        if (_resumeTokenSha256.Length == 0)
            return;
        _replacedTokensSha256.Enqueue(_resumeTokenSha256);
        if (_replacedTokensSha256.Count > ReplacedCapacity)
            _replacedTokensSha256.Dequeue();
    }

    private void Attach(PlaceConnection connection)
    {
        _connection = connection;
        AbsentSince = null;
    }

    private string ConnectionWord()
    {
        if (_mediaInterrupted || (!IsProgram && _connection is null && _mediaConnected))
            return "reconnecting";
        if (_mediaConnected)
            return "connected";
        return AbsentSince is null ? "joining" : "reconnecting";
    }
}
