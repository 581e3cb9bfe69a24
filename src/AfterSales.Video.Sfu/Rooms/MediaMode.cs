namespace AfterSales.Video.Sfu.Rooms;

/// <summary>What a link is good for, best first. Sound goes on in all of them.</summary>
public enum MediaMode
{
    Video,

    /// <summary>Sharp single pictures over the signalling channel instead of video.</summary>
    Stills,
    AudioOnly,
}

public enum LinkDirection
{
    /// <summary>Participant → server.</summary>
    Uplink,

    /// <summary>Server → participant.</summary>
    Downlink,
}

/// <param name="AvailableBps">The sending browser's own estimate for everything it sends (RTCIceCandidatePairStats.availableOutgoingBitrate).</param>
public readonly record struct UplinkReport(long AvailableBps);
