namespace AfterSales.Video.Sfu;

/// <summary>Limits and constants of forwarding. Every default works; each says why.</summary>
public sealed record SfuOptions
{
    /// <summary>A call of 8 people is the product's largest; 8 sections of each offer follow from it.</summary>
    public int MaxParticipants { get; init; } = 8;

    /// <summary>Rooms on this node. A two-party call costs about 15 ms of CPU per second: 200 fill a small machine twice over.</summary>
    public int MaxRooms { get; init; } = 200;

    /// <summary>What a publisher is ever asked for. 2.5 Mbit/s is a sharp 720p30; more helps no viewer and fills disks.</summary>
    public long MaxPublisherBps { get; init; } = 2_500_000;

    /// <summary>A publisher is never capped below this because of a poor viewer: the recording needs a usable picture.</summary>
    public long MinPublisherBps { get; init; } = 300_000;

    /// <summary>Downlink assumed before anything was measured: enough for a sharp first picture.</summary>
    public long StartDownlinkBps { get; init; } = 2_500_000;

    /// <summary>Makes the downlink estimator of each peer.</summary>
    public Func<SfuOptions, Bandwidth.IDownlinkEstimator> CreateEstimator { get; init; } =
        static options => new Bandwidth.LossAndDelayEstimator(options.StartDownlinkBps, options.MaxDownlinkBps);

    /// <summary>An estimate above this changes nothing: 4 pictures at the publishers' cap.</summary>
    public long MaxDownlinkBps { get; init; } = 10_000_000;

    /// <summary>Only anchors the wall clock of sender reports; order and timers come from the loops.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Changes within this time make one wish for a new offer.</summary>
    public TimeSpan NegotiationDelay { get; init; } = TimeSpan.FromMilliseconds(50);
}
