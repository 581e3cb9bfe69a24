using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>
/// What a single-layer publisher may send: the least any of its viewers can take, within configured bounds. A viewer shares its
/// downlink evenly between the pictures it sees, after its voices.
/// </summary>
internal static class PublisherCap
{
    /// <summary>Opus at its best with overhead.</summary>
    public const long VoiceBps = 64_000;

    public static long For(Participant publisher, SfuOptions options)
    {
        var videos = 0;
        var cap = options.MaxPublisherBps;
        foreach (var publication in publisher.Publications)
        {
            if (publication.Kind != Rtc.Sdp.MediaKind.Video || publication.Current is null)
                continue;
            videos++;
            // Of several layers one fits; a cap would take the best from the recording.
            if (publication.Layers.Count > 1)
                continue;
            foreach (var subscriber in publication.Subscribers)
                cap = Math.Min(cap, subscriber.VideoShareBps);
        }
        cap = Math.Clamp(cap * Math.Max(1, videos), options.MinPublisherBps, options.MaxPublisherBps);
        // Chromium takes the cap for everything it sends.
        return cap == options.MaxPublisherBps ? cap : cap + VoiceBps;
    }
}
