using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Rooms;
using AfterSales.Video.Sfu.Subscriptions;

namespace AfterSales.Video.Sfu.Publications;

/// <summary>
/// What one participant offers others from one of its sections: a camera, a microphone or a screen. Outlives peers, so a
/// participant that comes back plays in the same slots.
/// </summary>
internal sealed class Publication(Participant owner, string source, NegotiatedMedia section, int order)
{
    private readonly List<UplinkTrack> _layers = [];
    private LayerChoice _layerChoice;

    public Participant Owner { get; } = owner;
    public MediaKind Kind { get; } = section.Kind;

    /// <summary>Position of first appearance in the room: the tie-breaker among equals.</summary>
    public int Order { get; } = order;
    public string Source { get; set; } = source;
    public NegotiatedMedia Section { get; set; } = section;

    /// <summary>While true nothing of it is forwarded or shown to taps.</summary>
    public bool Muted { get; private set; }

    /// <summary>The participant named it; without that it counts once media came.</summary>
    public bool IsDeclared { get; set; }
    public bool HasPlayed { get; private set; }
    public bool IsAnnounced => IsDeclared || HasPlayed;
    public string Id { get; set; } = "";

    /// <summary>The encodings that send, one without simulcast.</summary>
    public IReadOnlyList<UplinkTrack> Layers => _layers;

    /// <summary>The encoding that is forwarded; null while nothing plays.</summary>
    public UplinkTrack? Current { get; private set; }

    /// <summary>Place of the forwarded encoding among <see cref="Layers"/>.</summary>
    public int CurrentLayer => Current is { } current ? Math.Max(0, _layers.IndexOf(current)) : 0;

    /// <summary>Down tracks this publication is placed on, of other participants.</summary>
    public List<Forwarding.DownTrack> Subscribers { get; } = [];

    public PublicationSnapshot ToSnapshot() => new(Id, Owner.ParticipantId, Owner.Role, Kind, Source, Muted, Current is not null);

    public SlotCandidate ToCandidate() => new(Id, Owner.Role, Source, Order, Current?.Loudness ?? 0);

    /// <summary>After an unmute every receiver starts anew, a picture with a key frame; nothing is negotiated.</summary>
    public void Mute(bool muted)
    {
        Muted = muted;
        if (muted)
            return;
        foreach (var layer in _layers)
            layer.WantKeyFrame();
        foreach (var subscriber in Subscribers)
            subscriber.Restart();
    }

    public void AddLayer(UplinkTrack track)
    {
        _layers.Add(track);
        HasPlayed = true;
        Current ??= track;
    }

    public void RemoveLayer(UplinkTrack track)
    {
        _layers.Remove(track);
        if (Current == track)
            Current = _layers.Count > 0 ? _layers[0] : null;
    }

    /// <summary>Chooses the layer its viewers can take. Called once a second.</summary>
    public void ChooseLayer()
    {
        if (_layers.Count < 2 || Current is not { } playing || !_layers.Contains(playing))
            return;
        Span<long> rates = stackalloc long[_layers.Count];
        for (var i = 0; i < rates.Length; i++)
            rates[i] = _layers[i].BitrateBps;
        var share = long.MaxValue;
        foreach (var subscriber in Subscribers)
            share = Math.Min(share, subscriber.VideoShareBps);
        Current = _layers[_layerChoice.Choose(rates, _layers.IndexOf(playing), share)];
        if (Current != playing && Kind == MediaKind.Video && Subscribers.Count > 0)
            Current.WantKeyFrame();
    }
}
