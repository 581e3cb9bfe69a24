using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Ice;

namespace AfterSales.Video.Rtc.Tests.Ice;

/// <summary>Carries datagrams between agents in virtual time, with seeded loss and delay.</summary>
internal sealed class SimulatedNetwork(int seed, double loss)
{
    public delegate bool Receive(ReadOnlySpan<byte> datagram, IcePath path, long nowNs, Span<byte> response, out int responseLength);

    private readonly Random _random = new(seed);
    private readonly PriorityQueue<(byte[] Datagram, IcePath To), long> _inFlight = new();
    private readonly Dictionary<TransportAddress, Receive> _receivers = [];
    private readonly List<(IceControllingAgent Agent, Func<IcePath, bool> IsUp)> _agents = [];

    public long NowNs { get; private set; }

    public int Sent { get; private set; }

    public void Listen(TransportAddress address, Receive receive) => _receivers[address] = receive;

    public void Drive(IceControllingAgent agent, Func<IcePath, bool>? isUp = null) => _agents.Add((agent, isUp ?? (_ => true)));

    /// <summary>Lets time pass until the condition holds; false when it does not within the limit.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        var end = NowNs + (limit.Ticks * 100);
        while (!condition())
        {
            Flush();
            if (condition())
            {
                break;
            }

            var next = _agents.Min(item => item.Agent.NextDueNs);
            next = _inFlight.TryPeek(out _, out var arrival) ? Math.Min(next, arrival) : next;
            if (next > end)
            {
                NowNs = end;
                return condition();
            }

            NowNs = Math.Max(NowNs, next);
            Deliver();
        }

        return true;
    }

    private void Flush()
    {
        var buffer = new byte[Stun.MaxMessageLength];
        foreach (var (agent, isUp) in _agents)
        {
            while (agent.TryTakeOutgoing(NowNs, buffer, out var length, out var path))
            {
                Send(buffer.AsSpan(0, length), path, isUp(path));
            }
        }
    }

    private void Deliver()
    {
        var response = new byte[Stun.MaxMessageLength];
        while (_inFlight.TryPeek(out var item, out var at) && at <= NowNs)
        {
            _inFlight.Dequeue();
            if (_receivers.TryGetValue(item.To.Remote, out var receive))
            {
                var back = new IcePath(item.To.Local, item.To.Remote, item.To.Transport);
                receive(item.Datagram, back, NowNs, response, out var length);
                if (length > 0)
                {
                    Send(response.AsSpan(0, length), back, isUp: true);
                }
            }
        }
    }

    private void Send(ReadOnlySpan<byte> datagram, IcePath to, bool isUp)
    {
        Sent++;
        if (isUp && _random.NextDouble() >= loss)
        {
            _inFlight.Enqueue((datagram.ToArray(), to), NowNs + 1_000_000 + _random.Next(50_000_000));
        }
    }
}
