using AfterSales.Video.Evidence;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.Recording.Recovery;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Server.Features.Signalling;
using AfterSales.Video.Sfu.Rooms;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Server.Hosting;

// Stand-ins while the media libraries land on main: the desk and the hubs work, media is refused. To be deleted.
internal sealed class InterimRooms : IMediaRooms
{
    public Task<IRoom?> OpenAsync(string roomId, CancellationToken ct) => Task.FromResult<IRoom?>(new Room(roomId));

    private sealed class Room(string roomId) : IRoom
    {
        public string RoomId => roomId;

        public Task<RoomResult> JoinAsync(ParticipantSpec participant, CancellationToken ct) => Task.FromResult(RoomResult.Done);

        public Task<NegotiationResult> NegotiateAsync(string participantId, string offerSdp, CancellationToken ct) => Task.FromResult(NegotiationResult.Refused("sdp.no_media", "media is not wired yet"));

        public Task<RoomResult> SetPublicationsAsync(string participantId, IReadOnlyList<PublicationSpec> publications, CancellationToken ct) => Task.FromResult(RoomResult.Done);

        public Task<RoomResult> DisconnectAsync(string participantId, CancellationToken ct) => Task.FromResult(RoomResult.Done);

        public Task<RoomResult> LeaveAsync(string participantId, string reason, CancellationToken ct) => Task.FromResult(RoomResult.Done);

        public Task CloseAsync(string reason, CancellationToken ct) => Task.CompletedTask;

        public Task<RoomResult> AttachTapAsync(IPacketTap tap, CancellationToken ct) => Task.FromResult(RoomResult.Done);

        public Task<RoomResult> DetachTapAsync(IPacketTap tap, CancellationToken ct) => Task.FromResult(RoomResult.Done);

        public Task<RoomSnapshot> SnapshotAsync(CancellationToken ct) => Task.FromResult(new RoomSnapshot(roomId, [], []));
    }
}

internal sealed class InterimRecorder : ICallRecorder
{
    public Task<IRecordingSession> StartAsync(RecordingHeader header, CancellationToken ct) => Task.FromResult<IRecordingSession>(new Session(header.RecordingId));

    private sealed class Session(string recordingId) : IRecordingSession
    {
        public string RecordingId => recordingId;
        public RecordingStatistics Statistics { get; } = new(0, 0, 0, 0, TimeSpan.Zero);

        public void AppendEvent(RecordingEvent recordingEvent)
        {
        }

        public void Pause(string reason)
        {
        }

        public void Resume()
        {
        }

        public Task<JournalSummary> StopAsync(string reason, CancellationToken ct) => Task.FromResult(new JournalSummary("none", 0, 0, TimeSpan.Zero, "", true));

        public ValueTask DisposeAsync() => default;

        public void OnTrackStarted(in TapTrack track, long arrivalNs)
        {
        }

        public void OnTrackEnded(ushort trackId, long arrivalNs)
        {
        }

        public void OnRtp(ushort trackId, long arrivalNs, bool recovered, ReadOnlySpan<byte> packet)
        {
        }

        public void OnSenderReport(ushort trackId, long arrivalNs, ulong ntpTimestamp, uint rtpTimestamp, uint packetCount, uint octetCount)
        {
        }

        public void OnRoomEvent(in TapRoomEvent roomEvent, long arrivalNs)
        {
        }
    }
}

internal sealed class InterimMuxer : ICallMuxer
{
    public string? Problem => null;

    public Task<MuxResult> MuxAsync(string journalPath, string outputFolder, CancellationToken ct) => Task.FromResult(new MuxResult("empty", "", TimeSpan.Zero, [], []));
}

internal sealed class InterimRecovery : IJournalRecovery
{
    public Task<IReadOnlyList<RecoveredJournal>> RecoverAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<RecoveredJournal>>([]);
}

internal sealed class InterimStore : IEvidenceStore
{
    public Task<StoredObject> PutAsync(EvidenceKey key, Stream content, EvidenceMetadata metadata, CancellationToken ct) => throw new EvidenceStoreException("unavailable", "The store is not wired yet.");

    public Task<StoredObject?> StatAsync(EvidenceKey key, CancellationToken ct) => Task.FromResult<StoredObject?>(null);

    public Task<Stream?> OpenReadAsync(EvidenceKey key, CancellationToken ct) => Task.FromResult<Stream?>(null);

    public IAsyncEnumerable<StoredObject> ListAsync(string tenantId, string recordingId, CancellationToken ct) => AsyncEnumerable.Empty<StoredObject>();

    public Task<bool> DeleteAsync(EvidenceKey key, CancellationToken ct) => Task.FromResult(false);
}
