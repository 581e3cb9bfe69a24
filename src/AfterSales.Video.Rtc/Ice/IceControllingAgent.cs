using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Rtc.Ice;

/// <summary>
/// The client's side of ICE without I/O: a full agent that starts as controlling (RFC 8445). Give it datagrams with
/// <see cref="HandleDatagram"/>, send what <see cref="TryTakeOutgoing"/> yields, call again at <see cref="NextDueNs"/>.
/// Not thread-safe.
/// </summary>
/// <param name="local">From <see cref="IceCredentials.Generate"/>.</param>
/// <param name="random">Tie-breaker, transaction ids, jitter of consent checks; seeded in tests.</param>
/// <param name="nomination">When USE-CANDIDATE is sent.</param>
public sealed class IceControllingAgent(IceParameters local, Random random, IceNomination nomination = IceNomination.Regular)
{
    /// <summary>RFC 8445 §6.1.2.5 asks for a limit of pairs; a hostile description must not make us a packet cannon.</summary>
    public const int MaxPairs = 100;

    /// <summary>Ta of RFC 8445 §14.2 is 50 ms by default; 20 ms is what browsers get by with.</summary>
    private const long PaceNs = 20_000_000;

    /// <summary>Regular nomination waits this long after a first success while better pairs are still being checked.</summary>
    private const long NominationPatienceNs = 200_000_000;
    private const long ConsentIntervalNs = 5_000_000_000;
    private const long ConsentLifetimeNs = 30_000_000_000;
    private const uint PeerReflexivePreference = 110u << 24;
    private readonly IcePairList _pairs = [];
    private readonly List<(IceTransport Transport, TransportAddress Address, uint Priority)> _locals = [];
    private readonly ulong _tieBreaker = (ulong)random.NextInt64() << 1;
    private IceCheckCredentials? _credentials;
    private IcePair? _selected;
    private long _nextPaceNs;
    private long _firstSuccessNs = long.MaxValue;

    public IceParameters Local { get; private set; } = local;

    public IceAgentState State { get; private set; }

    /// <summary>False after a role conflict was lost (RFC 8445 §7.2.5.1).</summary>
    public bool IsControlling { get; private set; } = true;

    public bool HasSelectedPath => _selected is not null;

    public IcePath SelectedPath => _selected?.Path ?? default;

    /// <summary>When <see cref="TryTakeOutgoing"/> has something next; long.MaxValue for never.</summary>
    public long NextDueNs
    {
        get
        {
            var next = _pairs.NextDueNs(_nextPaceNs);
            return WaitsForNomination ? Math.Min(next, _firstSuccessNs + NominationPatienceNs) : next;
        }
    }

    private bool WaitsForNomination => IsControlling && _firstSuccessNs != long.MaxValue;

    /// <summary>A local socket checks are sent from: UDP, or a TCP connection that is open to a passive candidate.</summary>
    public void AddLocal(IceTransport transport, TransportAddress address, uint priority) => _locals.Add((transport, address, priority));

    /// <summary>Credentials of the answer; checks can begin.</summary>
    public void SetRemote(IceParameters remote, long nowNs)
    {
        _credentials = new IceCheckCredentials(Local, remote);
        _nextPaceNs = nowNs;
        State = _selected is null ? IceAgentState.Checking : State;
    }

    /// <summary>Names and TCP candidates that are not passive are ignored; call after <see cref="SetRemote"/>.</summary>
    public void AddRemoteCandidate(IceCandidate candidate, long nowNs)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (!candidate.HasAddress || candidate.Component != 1 || candidate.TcpType is IceTcpType.Active or IceTcpType.SimultaneousOpen)
        {
            return;
        }

        foreach (var (transport, address, priority) in _locals)
        {
            if (transport == candidate.Transport)
            {
                AddPair(new IcePath(candidate.Address, address, transport), priority, candidate.Priority, nowNs);
            }
        }
    }

    /// <summary>New credentials (RFC 8445 §9); the selected path stays in use until a new one is nominated.</summary>
    public void Restart(IceParameters local)
    {
        Local = local;
        _credentials = null;
        _pairs.RemoveAll(pair => pair != _selected);
        _firstSuccessNs = long.MaxValue;
    }

    /// <summary>The next check, repetition or consent check that is due. Call until false.</summary>
    /// <param name="nowNs">Monotonic nanoseconds.</param>
    /// <param name="buffer">At least <see cref="Stun.MaxMessageLength"/> bytes.</param>
    /// <param name="length">Bytes to send.</param>
    /// <param name="path">Where to.</param>
    public bool TryTakeOutgoing(long nowNs, Span<byte> buffer, out int length, out IcePath path)
    {
        Nominate(nowNs);
        JudgeState(nowNs);
        while (_pairs.NextDue(nowNs, _nextPaceNs) is { } pair)
        {
            if (pair == _selected)
            {
                // A consent check is not repeated; the next one is a new transaction (RFC 7675 §5.1).
                pair.Begin(random, pair.Nominates, nowNs + ConsentDelay());
            }
            else
            {
                _nextPaceNs = pair.State == IcePairState.Waiting ? nowNs + PaceNs : _nextPaceNs;
                var isOver = pair.IsLastAttempt;
                pair.Sent(nowNs);
                if (isOver)
                {
                    // Should this have been the nomination, the next best pair gets it.
                    _firstSuccessNs = IsControlling && _selected is null ? nowNs : _firstSuccessNs;
                    continue;
                }
            }

            length = WriteCheck(pair, buffer);
            path = pair.Path;
            return true;
        }

        (length, path) = (0, default);
        return false;
    }

    /// <summary>True when the datagram was STUN for this agent; <paramref name="responseLength"/> bytes are to be sent back then.</summary>
    public bool HandleDatagram(ReadOnlySpan<byte> datagram, in IcePath path, long nowNs, Span<byte> response, out int responseLength)
    {
        responseLength = 0;
        return StunMessage.TryParse(datagram, out var message) && message.VerifyFingerprint() && message.Class switch
        {
            StunClass.Request => HandleRequest(message, path, nowNs, response, out responseLength),
            StunClass.SuccessResponse => HandleResponse(message, path, nowNs),
            StunClass.ErrorResponse => HandleError(message, nowNs),
            _ => false,
        };
    }

    private IcePair? AddPair(in IcePath path, uint localPriority, uint remotePriority, long nowNs)
    {
        var known = _pairs.Find(path, _credentials);
        if (known is not null || _credentials is null || _pairs.Count >= MaxPairs)
        {
            return known;
        }

        // RFC 8445 §6.1.2.3; which of the two is controlling hardly matters with one component.
        var priority = ((ulong)Math.Min(localPriority, remotePriority) << 32) + (2ul * Math.Max(localPriority, remotePriority));
        var pair = new IcePair(path, localPriority, priority, _credentials);
        pair.Begin(random, nomination == IceNomination.Aggressive, nowNs);
        _pairs.Add(pair);
        return pair;
    }

    private int WriteCheck(IcePair pair, Span<byte> buffer)
    {
        var writer = new StunWriter(buffer, StunClass.Request, pair.Transaction);
        writer.WriteUsername(pair.Credentials.RemoteFragment, pair.Credentials.LocalFragment);
        writer.WriteUInt32(StunAttributeType.Priority, PeerReflexivePreference | (pair.LocalPriority & 0x00FF_FFFF));
        writer.WriteUInt64(IsControlling ? StunAttributeType.IceControlling : StunAttributeType.IceControlled, _tieBreaker);
        if (IsControlling && pair.Nominates)
        {
            writer.Write(StunAttributeType.UseCandidate, []);
        }

        return writer.Complete(pair.Credentials.RemotePassword);
    }

    /// <summary>Regular nomination: the best valid pair, once nothing better is open or patience is over.</summary>
    private void Nominate(long nowNs)
    {
        if (!WaitsForNomination)
        {
            return;
        }

        IcePair? best = null;
        var isBetterOpen = false;
        foreach (var pair in _pairs.Where(pair => pair.Credentials == _credentials).OrderByDescending(pair => pair.Priority))
        {
            if (pair.State == IcePairState.Succeeded)
            {
                best = pair;
                break;
            }

            isBetterOpen |= pair.State != IcePairState.Failed;
        }

        if (best is not null && isBetterOpen && nowNs < _firstSuccessNs + NominationPatienceNs)
        {
            return;
        }

        _firstSuccessNs = long.MaxValue;
        best?.Begin(random, nominates: true, nowNs);
    }

    private void JudgeState(long nowNs)
    {
        var isSilent = _selected is not null && nowNs - _selected.SucceededNs >= ConsentLifetimeNs;
        var isHopeless = _selected is null && _pairs.Count > 0 && _pairs.TrueForAll(pair => pair.State == IcePairState.Failed);
        if (isSilent || isHopeless)
        {
            State = IceAgentState.Failed;
            _pairs.RemoveAll(pair => pair == _selected);
            _selected = null;
        }
    }

    private bool HandleRequest(StunMessage request, in IcePath path, long nowNs, Span<byte> response, out int length)
    {
        length = 0;
        var credentials = _credentials?.Authenticates(request) == true ? _credentials
            : _selected?.Credentials.Authenticates(request) == true ? _selected.Credentials : null;
        if (credentials is null || request.Method != Stun.BindingMethod)
        {
            return false;
        }

        if (LosesRoleTo(request))
        {
            var refusal = new StunWriter(response, StunClass.ErrorResponse, request.TransactionId);
            refusal.WriteErrorCode(487, []);
            length = refusal.Complete(credentials.LocalPassword);
            return true;
        }

        var writer = new StunWriter(response, StunClass.SuccessResponse, request.TransactionId);
        writer.WriteXorMappedAddress(path.Remote);
        length = writer.Complete(credentials.LocalPassword);
        LearnFrom(request, path, nowNs);
        return true;
    }

    /// <summary>RFC 8445 §7.3.1.1. True when the sender has to change its role; we may have changed ours instead.</summary>
    private bool LosesRoleTo(StunMessage request)
    {
        var type = IsControlling ? StunAttributeType.IceControlling : StunAttributeType.IceControlled;
        if (!request.TryGetUInt64(type, out var theirs))
        {
            return false;
        }

        var staysControlling = _tieBreaker >= theirs;
        var senderChanges = staysControlling == IsControlling;
        IsControlling = staysControlling;
        return senderChanges;
    }

    /// <summary>A check from a pair we did not know, or a nomination (RFC 8445 §7.3.1.3 to §7.3.1.5).</summary>
    private void LearnFrom(StunMessage request, in IcePath path, long nowNs)
    {
        request.TryGetUInt32(StunAttributeType.Priority, out var remotePriority);
        var transport = path.Transport;
        var priority = _locals.Find(candidate => candidate.Transport == transport).Priority;
        var pair = AddPair(path, priority, remotePriority, nowNs);
        if (pair is null)
        {
            return;
        }

        if (pair.State == IcePairState.Failed)
        {
            pair.Begin(random, pair.Nominates, nowNs);
        }

        if (IsControlling || !request.Has(StunAttributeType.UseCandidate))
        {
            return;
        }

        pair.IsNominatedByRemote = true;
        if (pair.State == IcePairState.Succeeded)
        {
            Select(pair, nowNs);
        }
    }

    private bool HandleResponse(StunMessage message, in IcePath path, long nowNs)
    {
        var pair = _pairs.FindTransaction(message);
        if (pair is null || !message.VerifyMessageIntegrity(pair.Credentials.RemotePassword))
        {
            return false;
        }

        // An answer from elsewhere means the path is not symmetric (RFC 8445 §7.2.5.2.1).
        if (!pair.Fits(path))
        {
            pair.Fail();
            return true;
        }

        var isConsent = pair == _selected;
        var wasNominating = IsControlling && pair.Nominates;
        var due = pair.DueNs;
        pair.Succeed(nowNs);
        if (isConsent)
        {
            pair.DueNs = due;
        }
        else if (wasNominating || pair.IsNominatedByRemote)
        {
            Select(pair, nowNs);
        }
        else if (IsControlling)
        {
            _firstSuccessNs = Math.Min(_firstSuccessNs, nowNs);
        }

        return true;
    }

    private bool HandleError(StunMessage message, long nowNs)
    {
        var pair = _pairs.FindTransaction(message);
        if (pair is null || !message.VerifyMessageIntegrity(pair.Credentials.RemotePassword) || !message.TryGetErrorCode(out var code))
        {
            return false;
        }

        if (code == 487)
        {
            IsControlling = !IsControlling;
            pair.Begin(random, pair.Nominates, nowNs);
        }
        else if (pair != _selected)
        {
            pair.Fail();
        }

        return true;
    }

    /// <summary>Aggressive nomination succeeds on several pairs: the best of a generation wins.</summary>
    private void Select(IcePair pair, long nowNs)
    {
        State = IceAgentState.Connected;
        if (_selected == pair || (_selected?.Credentials == pair.Credentials && _selected.Priority > pair.Priority))
        {
            return;
        }

        _pairs.RemoveAll(other => other.Credentials != pair.Credentials);
        if (_selected is not null)
        {
            _selected.DueNs = long.MaxValue;
        }

        _selected = pair;
        pair.DueNs = nowNs + ConsentDelay();
    }

    /// <summary>RFC 7675 §5.1: 5 s, randomised by a fifth, so that many calls do not check in step.</summary>
    private long ConsentDelay() => (long)(ConsentIntervalNs * (0.8 + (0.4 * random.NextDouble())));
}
