namespace AfterSales.Video.Load.Traffic;

/// <summary>
/// What the senders and receivers of one loop saw. Packets sent while a window is open belong to it, whenever they arrive: after it has closed,
/// wait a little, then read. Loop thread only.
/// </summary>
internal sealed class TrafficMeter
{
    public LatencyHistogram Latency { get; } = new();

    /// <summary>How late the loop ran a sender's timer: the generator's own trouble, not the server's.</summary>
    public LatencyHistogram Lateness { get; } = new();

    public bool IsOpen { get; private set; }

    public long Sent { get; set; }
    public long Received { get; set; }

    /// <summary>Came twice.</summary>
    public long Duplicated { get; set; }

    /// <summary>Came, but with another content than was sent under this number.</summary>
    public long Altered { get; set; }

    /// <summary>Not sent: the socket was full.</summary>
    public long Refused { get; set; }

    public long KeyFrameRequests { get; set; }

    public void Open() => IsOpen = true;

    public void Close() => IsOpen = false;

    public void Add(TrafficMeter other)
    {
        Latency.Add(other.Latency);
        Lateness.Add(other.Lateness);
        (Sent, Received, Duplicated) = (Sent + other.Sent, Received + other.Received, Duplicated + other.Duplicated);
        (Altered, Refused, KeyFrameRequests) = (Altered + other.Altered, Refused + other.Refused, KeyFrameRequests + other.KeyFrameRequests);
    }
}
