using System.Text;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Rtc.Ice;

internal enum IcePairState
{
    Waiting,
    InProgress,
    Succeeded,
    Failed,
}

/// <summary>One candidate pair of a full agent with the check that is under way on it.</summary>
internal sealed class IcePair(IcePath path, uint localPriority, ulong priority, IceCheckCredentials credentials)
{
    /// <summary>RFC 8445 §14.3 lets RTO go down where the number of pairs is small; DTLS waits for this.</summary>
    private const long FirstRetryNs = 100_000_000;
    private const long LongestRetryNs = 1_600_000_000;

    /// <summary>About 8 s of silence; then the pair is given up.</summary>
    private const int MaxAttempts = 8;

    public IcePath Path { get; } = path;

    public uint LocalPriority { get; } = localPriority;

    public ulong Priority { get; } = priority;

    public IceCheckCredentials Credentials { get; } = credentials;

    public IcePairState State { get; private set; }

    public byte[] Transaction { get; } = new byte[Stun.TransactionIdLength];

    /// <summary>The running check carries USE-CANDIDATE.</summary>
    public bool Nominates { get; private set; }

    /// <summary>The other side nominated the pair before our own check on it succeeded.</summary>
    public bool IsNominatedByRemote { get; set; }

    /// <summary>When to send next; long.MaxValue for never.</summary>
    public long DueNs { get; set; }

    public long SucceededNs { get; private set; }

    private int Attempts { get; set; }

    /// <summary>The kernel may have chosen our address, so an unspecified one fits all.</summary>
    public bool Fits(in IcePath other) =>
        Path.Remote == other.Remote && Path.Transport == other.Transport
        && (Path.Local == other.Local || Path.Local.IsUnspecified || other.Local.IsUnspecified);

    /// <summary>Begins a new transaction, to be sent at <paramref name="dueNs"/>.</summary>
    public void Begin(Random random, bool nominates, long dueNs)
    {
        random.NextBytes(Transaction);
        Nominates = nominates;
        Attempts = 0;
        DueNs = dueNs;
        State = State == IcePairState.Succeeded ? State : IcePairState.Waiting;
    }

    /// <summary>The check was sent: sets the time of its repetition, or gives the pair up.</summary>
    public void Sent(long nowNs)
    {
        if (++Attempts > MaxAttempts)
        {
            Fail();
            return;
        }

        State = State == IcePairState.Succeeded ? State : IcePairState.InProgress;
        DueNs = nowNs + Math.Min(FirstRetryNs << (Attempts - 1), LongestRetryNs);
    }

    public bool IsLastAttempt => Attempts == MaxAttempts;

    public void Succeed(long nowNs)
    {
        State = IcePairState.Succeeded;
        SucceededNs = nowNs;
        DueNs = long.MaxValue;
    }

    public void Fail()
    {
        State = IcePairState.Failed;
        DueNs = long.MaxValue;
    }
}

/// <summary>The credentials of one generation as the bytes that go on the wire.</summary>
internal sealed class IceCheckCredentials(IceParameters local, IceParameters remote)
{
    public byte[] LocalFragment { get; } = Encoding.ASCII.GetBytes(local.UsernameFragment);

    public byte[] LocalPassword { get; } = Encoding.ASCII.GetBytes(local.Password);

    public byte[] RemoteFragment { get; } = Encoding.ASCII.GetBytes(remote.UsernameFragment);

    public byte[] RemotePassword { get; } = Encoding.ASCII.GetBytes(remote.Password);

    public bool Authenticates(StunMessage request) =>
        request.TryGetUsername(out var receiver, out var sender) && receiver.SequenceEqual(LocalFragment)
        && sender.SequenceEqual(RemoteFragment) && request.VerifyMessageIntegrity(LocalPassword);
}
