using AfterSales.Video.Sfu.Bandwidth;
using AfterSales.Video.Sfu.Publications;
using AfterSales.Video.Sfu.Telemetry;

namespace AfterSales.Video.Sfu.Forwarding;

/// <summary>
/// Keeps pictures from filling a thin link ahead of voices. While the link shows no limit everything passes straight through. Once it does, voices and
/// repeats still pass, their bytes counted; pictures wait here, where they can be overtaken and dropped, not in the network, where they cannot. What waits is
/// noted, not copied: the bytes stay in the publisher's store.
/// </summary>
internal sealed class DownlinkPacer(IDownlinkEstimator estimator, SfuCounters counters)
{
    /// <summary>400 ms of 10 Mbit/s.</summary>
    private const int Capacity = 512;

    /// <summary>Longer than this a picture is worth less than a new key frame.</summary>
    private const long LongestWaitNs = 400_000_000;

    /// <summary>A key frame of a thin link takes about a second; dropping what follows it would ask for the next and never end.</summary>
    private const long LongestWaitAfterStartNs = 1_500_000_000;
    private const long StartLastsNs = 2_500_000_000;

    /// <summary>Above the rate, so that what waits goes before more comes; the rate itself while a queue on the way drains.</summary>
    private const double Headroom = 1.3;

    /// <summary>What an idle link may be sent at once.</summary>
    private const double BurstSeconds = 0.02;
    private const int BurstBytes = 2_500;

    /// <summary>Voices and repeats may overdraw, but not silence the picture for longer than this.</summary>
    private const double DebtSeconds = 0.3;

    private readonly Entry[] _entries = new Entry[Capacity];
    private int _head;
    private int _count;
    private double _budget;
    private long _lastNs;
    private long _lastStartNs = long.MinValue / 2;

    public int Count => _count;

    /// <summary>Whether a picture must wait now.</summary>
    public bool Holds(long nowNs)
    {
        if (_count > 0)
            return true;
        if (!estimator.IsConstrained)
            return false;
        Refill(nowNs);
        return _budget <= 0;
    }

    /// <summary>Anything that went out.</summary>
    public void OnSent(int bytes)
    {
        if (estimator.IsConstrained)
            _budget -= bytes;
    }

    /// <summary>False when the stream must begin anew with a key frame.</summary>
    public bool TryAdd(DownTrack downTrack, UplinkTrack track, in InboundPacket packet, long nowNs)
    {
        if (packet.StartsStream && downTrack.IsVideo)
        {
            // What waits before a key frame is not needed any more.
            if (Drop(downTrack) > 0)
                downTrack.BeginAnew();
            _lastStartNs = nowNs;
        }
        if (IsTooLong(nowNs))
        {
            Drop(downTrack);
            return false;
        }
        _entries[(_head + _count++) % Capacity] = new Entry(downTrack, track, packet.Sequence, packet.StartsStream, nowNs);
        return true;
    }

    /// <summary>Sends what the link has room for. Called each 10 ms and after each packet that waits.</summary>
    public void Flush(long nowNs)
    {
        if (_count == 0)
            return;
        Refill(nowNs);
        while (_count > 0 && (_budget > 0 || !estimator.IsConstrained))
        {
            var entry = _entries[_head];
            _entries[_head] = default;
            _head = (_head + 1) % Capacity;
            _count--;
            entry.DownTrack?.SendHeld(entry.Track!, entry.Sequence, entry.StartsStream, nowNs);
        }
    }

    /// <summary>Forgets what waits for this slot.</summary>
    /// <returns>How many packets that were.</returns>
    public int Drop(DownTrack downTrack) => Forget(downTrack, null);

    /// <summary>The source ended; its store is gone.</summary>
    public void Forget(UplinkTrack track) => Forget(null, track);

    private int Forget(DownTrack? downTrack, UplinkTrack? track)
    {
        var dropped = 0;
        for (var i = 0; i < _count; i++)
        {
            ref var entry = ref _entries[(_head + i) % Capacity];
            if (entry.DownTrack is null || (entry.DownTrack != downTrack && entry.Track != track))
                continue;
            entry = default;
            dropped++;
            counters.Drop(SfuDrop.Congestion);
        }
        while (_count > 0 && _entries[_head].DownTrack is null)
        {
            _head = (_head + 1) % Capacity;
            _count--;
        }
        return dropped;
    }

    private bool IsTooLong(long nowNs)
    {
        if (_count == 0)
            return false;
        var longest = nowNs - _lastStartNs < StartLastsNs ? LongestWaitAfterStartNs : LongestWaitNs;
        return _count == Capacity || nowNs - _entries[_head].SinceNs > longest;
    }

    private void Refill(long nowNs)
    {
        var target = estimator.TargetBps;
        var perSecond = target * (target < estimator.EstimateBps ? 1 : Headroom) / 8;
        var elapsed = _lastNs == 0 ? 1 : (nowNs - _lastNs) / 1e9;
        _lastNs = nowNs;
        _budget = Math.Clamp(_budget + (elapsed * perSecond), -perSecond * DebtSeconds, Math.Max(BurstBytes, perSecond * BurstSeconds));
    }

    private readonly record struct Entry(DownTrack? DownTrack, UplinkTrack? Track, long Sequence, bool StartsStream, long SinceNs);
}
