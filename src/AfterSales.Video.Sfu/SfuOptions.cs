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
    public long MinPublisherBps { get; init; } = 150_000;

    /// <summary>
    /// Downlink assumed before anything was measured: nobody is held back until a link shows its limit. With 600 kbit/s, doubled by probes within two seconds,
    /// Chromium had gone down to 11 frames a second by then and stayed there (web-client/e2e/call.spec.ts, 29 frames with this).
    /// </summary>
    public long StartDownlinkBps { get; init; } = 2_500_000;

    /// <summary>No estimate falls below this: half a voice, so that an audio packet now and then still measures the link.</summary>
    public long MinDownlinkBps { get; init; } = 30_000;

    /// <summary>Makes the downlink estimator of each peer.</summary>
    public Func<SfuOptions, Bandwidth.IDownlinkEstimator> CreateEstimator { get; init; } =
        static options => new Bandwidth.SendSideEstimator(options);

    /// <summary>An estimate above this changes nothing: 4 pictures at the publishers' cap.</summary>
    public long MaxDownlinkBps { get; init; } = 10_000_000;

    /// <summary>Only anchors the wall clock of sender reports; order and timers come from the loops.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Changes within this time make one wish for a new offer.</summary>
    public TimeSpan NegotiationDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Every setting that makes no sense, and what would.</summary>
    internal IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        if (MaxParticipants < 1 || MaxRooms < 1)
            faults.Add($"{nameof(MaxParticipants)} and {nameof(MaxRooms)} must be at least 1.");
        if (MinPublisherBps < 1 || MinPublisherBps > MaxPublisherBps)
            faults.Add($"{nameof(MinPublisherBps)} ({MinPublisherBps}) must be from 1 to {nameof(MaxPublisherBps)} ({MaxPublisherBps}).");
        if (MinDownlinkBps < 10_000 || MinDownlinkBps > StartDownlinkBps || StartDownlinkBps > MaxDownlinkBps)
            faults.Add($"Set {nameof(MinDownlinkBps)} ({MinDownlinkBps}) of at least 10000 ≤ {nameof(StartDownlinkBps)} ({StartDownlinkBps}) ≤ {nameof(MaxDownlinkBps)} ({MaxDownlinkBps}).");
        return faults;
    }
}
