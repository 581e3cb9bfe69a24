namespace AfterSales.Video.TestKit.Network;

/// <summary>How one direction of a link behaves. The default lets everything through at once.</summary>
public sealed record LinkConditions
{
    public static LinkConditions Clear { get; } = new();

    /// <summary>Nothing passes.</summary>
    public static LinkConditions Dead { get; } = new() { Blackhole = true };

    /// <summary>Share of packets lost, 0 to 1.</summary>
    public double Loss { get; init; }

    /// <summary>
    /// Packets a loss lasts on average. 1: each packet is lost on its own. More: the Gilbert model, a chain of a state that passes all and one that loses all
    /// (Gilbert, Capacity of a burst-noise channel, 1960), with <see cref="Loss"/> as its share of the bad state.
    /// </summary>
    public double MeanBurst { get; init; } = 1;

    public TimeSpan Delay { get; init; }

    /// <summary>Added to the delay, evenly spread from zero to this. Packets keep their order, as on a path with one queue.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Share of packets held back by <see cref="ReorderHold"/>, so that later ones overtake them.</summary>
    public double Reorder { get; init; }

    public TimeSpan ReorderHold { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Share of packets that arrive twice.</summary>
    public double Duplicate { get; init; }

    /// <summary>Bits a second, headers of IP and UDP (28 bytes) counted; 0 is no limit.</summary>
    public double RateBps { get; init; }

    /// <summary>What the queue before the limited rate holds; what would wait longer is dropped.</summary>
    public TimeSpan Queue { get; init; } = TimeSpan.FromMilliseconds(300);

    public bool Blackhole { get; init; }
}
