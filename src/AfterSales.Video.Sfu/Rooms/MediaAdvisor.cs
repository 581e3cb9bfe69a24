using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Bandwidth;
using AfterSales.Video.Sfu.Forwarding;
using AfterSales.Video.Sfu.Publications;

namespace AfterSales.Video.Sfu.Rooms;

/// <summary>Watches both directions of a participant's link, acts on the downlink and tells what changed.</summary>
internal sealed class MediaAdvisor(Room room, Participant participant)
{
    private const long PeriodNs = 200_000_000;

    private MediaLadder _down = new();
    private UplinkAdvisor _up = new();
    private long _lastNs;

    public MediaMode DownlinkMode => _down.Mode;
    public MediaMode UplinkMode => _up.Mode;

    public void OnReport(UplinkReport report) => _up.OnReport(report, room.Loop.NowNs);

    public void Tick(Downlink downlink, long nowNs)
    {
        if (nowNs - _lastNs < PeriodNs || !participant.IsConnected)
            return;
        _lastNs = nowNs;
        // Who is shown no pictures cannot miss them.
        if (_down.Mode == MediaMode.Video && !downlink.HasPictures)
            return;
        var before = _down.Mode;
        if (!_down.Step(downlink.PicturesBps, downlink.Estimator.EstimateBps, nowNs))
            return;
        downlink.CarryVideo(_down.Mode == MediaMode.Video);
        Tell(LinkDirection.Downlink, _down.Mode, downlink.Estimator.EstimateBps, _down.Mode > before ? "weak_link" : "recovered");
    }

    public void OnSecond(Uplink uplink, long nowNs)
    {
        if (participant.IsConnected && _up.Evaluate(Sample(uplink), nowNs) is { } reason)
            Tell(LinkDirection.Uplink, _up.Mode, _up.EstimateBps, reason);
    }

    /// <summary>The peer is gone, and with it all that was known of its link.</summary>
    public void Reset()
    {
        var (down, up) = (_down.Mode, _up.Mode);
        _down = new MediaLadder();
        _up = new UplinkAdvisor();
        if (down != MediaMode.Video)
            Tell(LinkDirection.Downlink, MediaMode.Video, 0, "reconnected");
        if (up != MediaMode.Video)
            Tell(LinkDirection.Uplink, MediaMode.Video, 0, "reconnected");
    }

    private void Tell(LinkDirection direction, MediaMode mode, long estimateBps, string reason) =>
        room.Emit(new RoomEvent.MediaAdvice(participant.ParticipantId, direction, mode, estimateBps, reason));

    private static UplinkSample Sample(Uplink uplink)
    {
        var sendsVideo = false;
        foreach (var publication in uplink.Publications)
            sendsVideo |= publication is { Kind: MediaKind.Video, Muted: false, Current: not null };
        long video = 0;
        long audio = 0;
        foreach (var track in uplink.Tracks)
        {
            video += track.IsVideo ? track.BitrateBps : 0;
            audio += track.IsVideo ? 0 : track.BitrateBps;
        }
        return new UplinkSample(sendsVideo, video, audio, uplink.Loss(), uplink.CapBps);
    }
}
