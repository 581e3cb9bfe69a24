namespace AfterSales.Video.Sfu.Taps;

/// <summary>Hands everything to each attached tap, in the order of attachment.</summary>
internal sealed class TapFanOut
{
    public const int MaxTaps = 4;

    private IPacketTap[] _taps = [];

    public bool Any => _taps.Length > 0;

    /// <summary>The shortest wish; 0 when there is none.</summary>
    public long KeyFrameIntervalNs
    {
        get
        {
            var shortest = 0L;
            foreach (var tap in _taps)
            {
                if (tap.KeyFrameIntervalNs is > 0 and var wish && (shortest == 0 || wish < shortest))
                    shortest = wish;
            }

            return shortest;
        }
    }

    /// <summary>False when there are too many. Attaching twice changes nothing.</summary>
    public bool TryAttach(IPacketTap tap)
    {
        if (_taps.Contains(tap))
            return true;
        if (_taps.Length == MaxTaps)
            return false;
        _taps = [.. _taps, tap];
        return true;
    }

    public void Detach(IPacketTap tap) => _taps = [.. _taps.Where(other => other != tap)];

    public void TrackStarted(in TapTrack track, long arrivalNs)
    {
        foreach (var tap in _taps)
            tap.OnTrackStarted(track, arrivalNs);
    }

    public void TrackEnded(ushort trackId, long arrivalNs)
    {
        foreach (var tap in _taps)
            tap.OnTrackEnded(trackId, arrivalNs);
    }

    public void Rtp(ushort trackId, long arrivalNs, bool recovered, ReadOnlySpan<byte> packet)
    {
        foreach (var tap in _taps)
            tap.OnRtp(trackId, arrivalNs, recovered, packet);
    }

    public void SenderReport(ushort trackId, long arrivalNs, in Rtc.Rtcp.SenderReport report)
    {
        foreach (var tap in _taps)
            tap.OnSenderReport(trackId, arrivalNs, report.NtpTimestamp, report.RtpTimestamp, report.PacketCount, report.OctetCount);
    }

    public bool TakeKeyFrameWish()
    {
        var wanted = false;
        foreach (var tap in _taps)
            wanted |= tap.TakeKeyFrameWish();
        return wanted;
    }

    public void RoomEvent(in TapRoomEvent roomEvent, long arrivalNs)
    {
        foreach (var tap in _taps)
            tap.OnRoomEvent(roomEvent, arrivalNs);
    }
}
