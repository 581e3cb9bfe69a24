using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Rtc.Ice;

public enum IceCheckOutcome
{
    /// <summary>Not a check for us, not authenticated, or malformed: no answer, count it.</summary>
    Ignored,

    /// <summary>Send the response; nothing changed (an error response, or the path was known).</summary>
    Answered,

    /// <summary>Send the response; the path is new and now validated, so DTLS and SRTP are accepted from it.</summary>
    Validated,

    /// <summary>Send the response; the path is now the one to send media on.</summary>
    Selected,
}

/// <summary>
/// The server's side of ICE without I/O (RFC 8445 §2.5 lite): always controlled, sends no checks, answers authenticated ones.
/// A restart lives beside the old generation until the new one is nominated. Owned by one media loop; not thread-safe.
/// </summary>
public sealed class IceLiteAgent
{
    /// <summary>RFC 7675 §5.1: without a valid check for 30 s sending stops.</summary>
    public static readonly TimeSpan ConsentLifetime = TimeSpan.FromSeconds(30);

    /// <summary>Packets in flight on the old path are still good for this long after the new path was nominated.</summary>
    public static readonly TimeSpan RestartOverlap = TimeSpan.FromSeconds(3);

    /// <summary>A restart nobody completed: the old generation ends and consent runs out by itself.</summary>
    public static readonly TimeSpan RestartTimeout = TimeSpan.FromSeconds(20);

    private readonly IcePathTable _paths = new();
    private Generation? _current;
    private Generation? _previous;
    private long _previousEndsNs;

    /// <summary>Credentials of the current generation; null before <see cref="Begin"/>.</summary>
    public IceParameters? Local => _current?.Local;

    /// <summary>True once a path was nominated.</summary>
    public bool HasSelectedPath => _paths.HasSelected;

    /// <summary>The path media goes out on; meaningless before <see cref="HasSelectedPath"/>.</summary>
    public IcePath SelectedPath => _paths.Selected;

    /// <summary>Dictionary key of the current local fragment (<see cref="StunMessage.TryGetUfragKey"/>).</summary>
    public ulong CurrentUfragKey => _current?.Key ?? 0;

    /// <summary>Dictionary key of the generation a restart replaces; 0 when there is none (any more).</summary>
    public ulong PreviousUfragKey => _previous?.Key ?? 0;

    /// <summary>
    /// Starts the first generation, or restarts (RFC 8445 §9): the old one keeps answering until the new one is nominated
    /// plus <see cref="RestartOverlap"/>, at most <see cref="RestartTimeout"/>.
    /// </summary>
    /// <param name="local">From <see cref="IceCredentials.Generate"/>.</param>
    /// <param name="remote">From the offer.</param>
    /// <param name="nowNs">Monotonic nanoseconds.</param>
    public void Begin(IceParameters local, IceParameters remote, long nowNs)
    {
        _previous = _current;
        _previousEndsNs = nowNs + Nanoseconds(RestartTimeout);
        _current = new Generation(local, remote);
    }

    /// <summary>Answers one STUN datagram. <paramref name="response"/> is never longer than the request.</summary>
    /// <param name="datagram">As received.</param>
    /// <param name="path">Where it came from.</param>
    /// <param name="nowNs">Monotonic nanoseconds.</param>
    /// <param name="response">At least <see cref="Stun.MaxMessageLength"/> bytes.</param>
    /// <param name="responseLength">0 when there is no answer.</param>
    public IceCheckOutcome HandleDatagram(ReadOnlySpan<byte> datagram, in IcePath path, long nowNs, Span<byte> response, out int responseLength)
    {
        responseLength = 0;
        Expire(nowNs);
        if (!StunMessage.TryParse(datagram, out var request) || !TryAuthenticate(request, out var generation))
        {
            return IceCheckOutcome.Ignored;
        }

        var writer = default(StunWriter);
        if (TryRefuse(request, response, ref writer))
        {
            responseLength = writer.Complete(generation.LocalPassword);
            return IceCheckOutcome.Answered;
        }

        writer = new StunWriter(response, StunClass.SuccessResponse, request.TransactionId);
        writer.WriteXorMappedAddress(path.Remote);
        responseLength = writer.Complete(generation.LocalPassword);
        return Learn(request, path, generation, nowNs);
    }

    /// <summary>True when DTLS and SRTP may be taken from there: it answered for the password in a check (SE-06).</summary>
    public bool IsValidated(in IcePath path) => _paths.Contains(path);

    /// <summary>True while media may be sent on the selected path (RFC 7675).</summary>
    public bool HasConsent(long nowNs) => _paths.HasSelected && nowNs - _paths.SelectedCheckNs < Nanoseconds(ConsentLifetime);

    /// <summary>Time of the last valid check on any path; 0 before the first.</summary>
    public long LastCheckNs { get; private set; }

    /// <summary>Ends an old generation whose time is over. Call it about once a second; checks do it too.</summary>
    public void Expire(long nowNs)
    {
        if (_previous is not null && nowNs >= _previousEndsNs)
        {
            _paths.RemoveBefore(_current!);
            _previous = null;
        }
    }

    private bool TryAuthenticate(StunMessage request, out Generation generation)
    {
        generation = null!;
        if (request.Class != StunClass.Request || request.Method != Stun.BindingMethod || !request.VerifyFingerprint()
            || !request.TryGetUsername(out var receiver, out var sender))
        {
            return false;
        }

        var candidate = Matches(_current, receiver, sender) ? _current : Matches(_previous, receiver, sender) ? _previous : null;
        generation = candidate!;
        return candidate is not null && request.VerifyMessageIntegrity(candidate.LocalPassword);
    }

    private static bool Matches(Generation? generation, ReadOnlySpan<byte> receiver, ReadOnlySpan<byte> sender) =>
        generation is not null && receiver.SequenceEqual(generation.LocalFragment) && sender.SequenceEqual(generation.RemoteFragment);

    /// <summary>
    /// A lite agent never becomes controlling, so whoever says it is controlled has to switch (RFC 8445 §7.3.1.1).
    /// No reason phrases: an answer must not be longer than the question.
    /// </summary>
    private static bool TryRefuse(StunMessage request, Span<byte> response, ref StunWriter writer)
    {
        var unknown = request.TryGetUnknownRequired(out var type);
        var code = unknown ? 420
            : !request.TryGetUInt32(StunAttributeType.Priority, out _) ? 400
            : request.Has(StunAttributeType.IceControlled) ? 487 : 0;
        if (code == 0)
        {
            return false;
        }

        writer = new StunWriter(response, StunClass.ErrorResponse, request.TransactionId);
        writer.WriteErrorCode(code, []);
        if (unknown)
        {
            writer.Write(StunAttributeType.UnknownAttributes, [(byte)(type >> 8), (byte)type]);
        }

        return true;
    }

    private IceCheckOutcome Learn(StunMessage request, in IcePath path, Generation generation, long nowNs)
    {
        LastCheckNs = nowNs;
        var isNew = _paths.Touch(path, generation, nowNs);
        if (!request.Has(StunAttributeType.UseCandidate))
        {
            return isNew ? IceCheckOutcome.Validated : IceCheckOutcome.Answered;
        }

        request.TryGetUInt32(StunAttributeType.Priority, out var priority);
        request.TryGetUInt32(StunAttributeType.Nomination, out var nomination);
        var isFirstOfRestart = _previous is not null && generation == _current && !_current.IsNominated;
        if (generation != _current && _current!.IsNominated)
        {
            return IceCheckOutcome.Answered;
        }

        var selected = _paths.Nominate(path, priority, nomination, nowNs, force: isFirstOfRestart);
        generation.IsNominated |= selected;
        if (isFirstOfRestart)
        {
            _previousEndsNs = nowNs + Nanoseconds(RestartOverlap);
        }

        return selected ? IceCheckOutcome.Selected : isNew ? IceCheckOutcome.Validated : IceCheckOutcome.Answered;
    }

    private static long Nanoseconds(TimeSpan span) => span.Ticks * 100;

    internal sealed class Generation(IceParameters local, IceParameters remote)
    {
        public IceParameters Local { get; } = local;
        public byte[] LocalFragment { get; } = System.Text.Encoding.ASCII.GetBytes(local.UsernameFragment);
        public byte[] LocalPassword { get; } = System.Text.Encoding.ASCII.GetBytes(local.Password);
        public byte[] RemoteFragment { get; } = System.Text.Encoding.ASCII.GetBytes(remote.UsernameFragment);
        public ulong Key { get; } = IceCredentials.KeyOf(local);
        public bool IsNominated { get; set; }
    }
}
