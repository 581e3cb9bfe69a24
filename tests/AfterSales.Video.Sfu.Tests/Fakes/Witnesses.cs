using AfterSales.Video.Rtc.Rtp;
using AfterSales.Video.Sfu.Rooms;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Sfu.Tests.Fakes;

internal sealed class EventLog : IRoomObserver
{
    public List<RoomEvent> Events { get; } = [];

    public void OnRoomEvent(string roomId, RoomEvent roomEvent) => Events.Add(roomEvent);

    public IReadOnlyList<T> Of<T>()
        where T : RoomEvent => [.. Events.OfType<T>()];
}

internal sealed class TapLog : IPacketTap
{
    public List<TapTrack> Started { get; } = [];
    public List<ushort> Ended { get; } = [];
    public List<(ushort TrackId, ushort Sequence, bool Recovered)> Rtp { get; } = [];
    public List<(ushort TrackId, uint RtpTimestamp)> Reports { get; } = [];
    public List<TapRoomEvent> Events { get; } = [];

    public bool WantsKeyFrame { get; set; }
    public long KeyFrameIntervalNs { get; set; }

    public bool TakeKeyFrameWish()
    {
        var wanted = WantsKeyFrame;
        WantsKeyFrame = false;
        return wanted;
    }

    public void OnTrackStarted(in TapTrack track, long arrivalNs) => Started.Add(track);

    public void OnTrackEnded(ushort trackId, long arrivalNs) => Ended.Add(trackId);

    public void OnRtp(ushort trackId, long arrivalNs, bool recovered, ReadOnlySpan<byte> packet)
    {
        Assert.True(RtpPacketView.TryParse(packet, out var view));
        Rtp.Add((trackId, view.SequenceNumber, recovered));
    }

    public void OnSenderReport(ushort trackId, long arrivalNs, ulong ntpTimestamp, uint rtpTimestamp, uint packetCount, uint octetCount) =>
        Reports.Add((trackId, rtpTimestamp));

    public void OnRoomEvent(in TapRoomEvent roomEvent, long arrivalNs) => Events.Add(roomEvent);
}
