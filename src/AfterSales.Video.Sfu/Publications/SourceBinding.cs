using AfterSales.Video.Rtc.Rtp;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Sfu.Publications;

/// <summary>What one SSRC of a publisher stands for.</summary>
internal sealed class SourceBinding(Publication publication, string rid, SourceBinding? repairs, bool isAnnounced)
{
    public Publication Publication { get; } = publication;

    /// <summary>Empty without simulcast.</summary>
    public string Rid { get; } = rid;

    /// <summary>The stream these retransmissions repair; null for media.</summary>
    public SourceBinding? Repairs { get; } = repairs;

    /// <summary>By a=ssrc; the others were learnt from packets.</summary>
    public bool IsAnnounced { get; } = isAnnounced;

    /// <summary>Started with the first packet.</summary>
    public UplinkTrack? Track { get; set; }
}

/// <summary>
/// Binds SSRCs to sections: by announcement, by the MID (and RID) extension, or by a payload type that only one section has
/// (RFC 8843 §9.2). At most 16 per peer, ever, so a stranger's million SSRCs cost nothing.
/// </summary>
internal sealed class SourceBinder
{
    public const int MaxSources = 16;

    private readonly Dictionary<uint, SourceBinding> _bindings = [];
    private int _bound;

    public IReadOnlyDictionary<uint, SourceBinding> All => _bindings;

    public bool TryGet(uint ssrc, out SourceBinding? binding) => _bindings.TryGetValue(ssrc, out binding);

    public void Announce(Publication publication, RemoteSource source)
    {
        if (_bindings.ContainsKey(source.Ssrc) || !TryCount())
            return;
        var media = new SourceBinding(publication, "", null, isAnnounced: true);
        _bindings.Add(source.Ssrc, media);
        if (source.RtxSsrc != 0 && !_bindings.ContainsKey(source.RtxSsrc) && TryCount())
            _bindings.Add(source.RtxSsrc, new SourceBinding(publication, "", media, isAnnounced: true));
    }

    /// <summary>Learns a binding from a packet. Null when the packet does not say enough, or says it too often.</summary>
    public SourceBinding? Learn(in RtpPacketView packet, IReadOnlyList<Publication> publications)
    {
        if (_bound >= MaxSources || FindPublication(packet, publications) is not { } publication)
            return null;
        var ids = publication.Section.Extensions;
        var rid = "";
        var isRepair = false;
        if (packet.Extensions.TryGet(ids.RepairedRid, out var repaired))
        {
            isRepair = true;
            rid = KnownRid(publication.Section, repaired);
        }
        else if (packet.Extensions.TryGet(ids.Rid, out var value))
        {
            rid = KnownRid(publication.Section, value);
        }
        isRepair |= IsRtx(publication.Section, packet.PayloadType);
        if (rid is null || (rid.Length == 0 && publication.Section.RemoteRids.Count > 0))
            return null;
        var media = isRepair ? FindMedia(publication, rid) : null;
        if (isRepair && media is null)
            return null;
        _bound++;
        var binding = new SourceBinding(publication, rid, media, isAnnounced: false);
        _bindings.Add(packet.Ssrc, binding);
        return binding;
    }

    public void Remove(uint ssrc) => _bindings.Remove(ssrc);

    private bool TryCount()
    {
        if (_bound >= MaxSources)
            return false;
        _bound++;
        return true;
    }

    private SourceBinding? FindMedia(Publication publication, string rid)
    {
        SourceBinding? latest = null;
        foreach (var binding in _bindings.Values)
        {
            if (binding.Publication == publication && binding.Repairs is null && string.Equals(binding.Rid, rid, StringComparison.Ordinal))
                latest = binding;
        }
        return latest;
    }

    private static Publication? FindPublication(in RtpPacketView packet, IReadOnlyList<Publication> publications)
    {
        Publication? byPayloadType = null;
        var matches = 0;
        foreach (var publication in publications)
        {
            if (packet.Extensions.TryGet(publication.Section.Extensions.Mid, out var mid))
            {
                if (System.Text.Ascii.Equals(mid, publication.Section.Mid))
                    return publication;
                continue;
            }
            if (!HasPayloadType(publication.Section, packet.PayloadType))
                continue;
            byPayloadType = publication;
            matches++;
        }
        return matches == 1 ? byPayloadType : null;
    }

    private static bool HasPayloadType(NegotiatedMedia section, byte payloadType)
    {
        foreach (var codec in section.Codecs)
        {
            if (codec.PayloadType == payloadType || codec.RtxPayloadType == payloadType)
                return true;
        }
        return false;
    }

    private static bool IsRtx(NegotiatedMedia section, byte payloadType)
    {
        foreach (var codec in section.Codecs)
        {
            if (codec.RtxPayloadType == payloadType)
                return true;
        }
        return false;
    }

    private static string? KnownRid(NegotiatedMedia section, ReadOnlySpan<byte> value)
    {
        foreach (var rid in section.RemoteRids)
        {
            if (System.Text.Ascii.Equals(value, rid))
                return rid;
        }
        return null;
    }
}
