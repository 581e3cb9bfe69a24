using AfterSales.Video.Server.Features.Signalling.Public;

namespace AfterSales.Video.Server.Features.Signalling;

/// <summary>What the link of each participant carries, and its latest photo. Thread-safe; holds one photo for each of at most 8 people.</summary>
/// <param name="stillInterval">Between two photos of a participant, on average.</param>
internal sealed class MediaLinks(TimeSpan stillInterval, TimeProvider time)
{
    /// <summary>A page changes after seconds of measuring; faster is noise, and each change is an event in the evidence.</summary>
    private const double ChangesPerSecond = 0.5;
    private const double ChangeBurst = 6;

    private const double StillBurst = 2;

    private readonly Lock _sync = new();
    private readonly Dictionary<string, Link> _links = new(StringComparer.Ordinal);

    public static bool IsMode(string word) => word is "video" or "stills" or "audio_only";

    /// <summary>Those that carry less than video.</summary>
    public IReadOnlyList<LinkModes> Weak()
    {
        lock (_sync)
            return _links.Values.Select(l => l.Modes).Where(m => m.Sends != "video" || m.Receives != "video").ToList();
    }

    /// <summary>Null when nothing changed.</summary>
    public LinkModes? Change(string participantId, string? sends, string? receives)
    {
        lock (_sync)
        {
            var link = Of(participantId);
            var changed = link.Modes with { Sends = sends ?? link.Modes.Sends, Receives = receives ?? link.Modes.Receives };
            if (changed == link.Modes)
                return null;
            link.Modes = changed;
            return changed;
        }
    }

    public bool MayChange(string participantId)
    {
        lock (_sync)
            return Of(participantId).Changes.Take(time);
    }

    public bool MaySendStill(string participantId)
    {
        lock (_sync)
            return Of(participantId).Stills.Take(time);
    }

    public void Keep(string participantId, CallStill still)
    {
        lock (_sync)
            Of(participantId).Still = still;
    }

    public CallStill? StillOf(string participantId)
    {
        lock (_sync)
            return _links.GetValueOrDefault(participantId)?.Still;
    }

    /// <summary>The participant left.</summary>
    public void Forget(string participantId)
    {
        lock (_sync)
            _links.Remove(participantId);
    }

    private Link Of(string participantId)
    {
        if (!_links.TryGetValue(participantId, out var link))
            _links[participantId] = link = new Link(participantId, stillInterval);
        return link;
    }

    private sealed class Link(string participantId, TimeSpan stillInterval)
    {
        public LinkModes Modes { get; set; } = new(participantId, "video", "video");
        public Allowance Changes { get; } = new(ChangesPerSecond, ChangeBurst);
        public Allowance Stills { get; } = new(1 / stillInterval.TotalSeconds, StillBurst);
        public CallStill? Still { get; set; }
    }

    /// <summary>A token bucket; counts what is used, so that a fresh one is full.</summary>
    private sealed class Allowance(double perSecond, double burst)
    {
        private double _used;
        private long _countedAt;

        public bool Take(TimeProvider time)
        {
            var now = time.GetTimestamp();
            _used = Math.Max(0, _used - time.GetElapsedTime(_countedAt, now).TotalSeconds * perSecond);
            _countedAt = now;
            if (_used > burst - 1)
                return false;
            _used++;
            return true;
        }
    }
}

/// <param name="Sends">"video", "stills" or "audio_only".</param>
/// <param name="Receives">The same.</param>
internal sealed record LinkModes(string ParticipantId, string Sends, string Receives);
