using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Sfu.Rooms;

/// <summary>Carries calls from any thread to the room's loop and results back.</summary>
internal sealed class RoomHandle(Room room, Action<string> onClosed) : IRoom
{
    private static readonly RoomResult Busy = new("room.busy");

    public string RoomId => room.RoomId;

    public Task<RoomResult> JoinAsync(ParticipantSpec participant, CancellationToken ct) =>
        RunAsync(() => room.Join(participant), Busy, ct);

    public Task<NegotiationResult> NegotiateAsync(string participantId, string offerSdp, CancellationToken ct) =>
        RunAsync(() => room.Negotiate(participantId, offerSdp), NegotiationResult.Refused("room.busy", "The media loop is overloaded. Try again."), ct);

    public Task<RoomResult> SetPublicationsAsync(string participantId, IReadOnlyList<PublicationSpec> publications, CancellationToken ct) =>
        RunAsync(() => room.SetPublications(participantId, publications), Busy, ct);

    public Task<RoomResult> DisconnectAsync(string participantId, CancellationToken ct) =>
        RunAsync(() => room.Disconnect(participantId), Busy, ct);

    public Task<RoomResult> LeaveAsync(string participantId, string reason, CancellationToken ct) =>
        RunAsync(() => room.Leave(participantId, reason), Busy, ct);

    public async Task CloseAsync(string reason, CancellationToken ct)
    {
        // Closing must not be lost to a full queue: it is what empties it.
        while (!await RunAsync(() => Close(reason), false, ct))
            await Task.Delay(TimeSpan.FromMilliseconds(5), room.Options.Clock, ct);
    }

    public Task<RoomResult> AttachTapAsync(IPacketTap tap, CancellationToken ct) => RunAsync(() => room.AttachTap(tap), Busy, ct);

    public Task<RoomResult> DetachTapAsync(IPacketTap tap, CancellationToken ct) => RunAsync(() => room.DetachTap(tap), Busy, ct);

    public Task<RoomResult> ReportUplinkAsync(string participantId, UplinkReport report, CancellationToken ct) =>
        RunAsync(() => room.ReportUplink(participantId, report), Busy, ct);

    public Task<RoomSnapshot> SnapshotAsync(CancellationToken ct) =>
        RunAsync(room.ToSnapshot, new RoomSnapshot(RoomId, [], []), ct);

    private bool Close(string reason)
    {
        room.Close(reason);
        onClosed(RoomId);
        return true;
    }

    private Task<T> RunAsync<T>(Func<T> work, T busy, CancellationToken ct) => room.Loop.RunAsync(work, busy, ct);
}

internal static class MediaLoopExtensions
{
    /// <summary>Runs work on the loop; <paramref name="busy"/> when its queue is full. Cancelled work that has not begun does not run.</summary>
    public static Task<T> RunAsync<T>(this IMediaLoop loop, Func<T> work, T busy, CancellationToken ct)
    {
        if (ct.IsCancellationRequested)
            return Task.FromCanceled<T>(ct);
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        return loop.TryPost(() => Complete(completion, work, ct)) ? completion.Task : Task.FromResult(busy);
    }

    private static void Complete<T>(TaskCompletionSource<T> completion, Func<T> work, CancellationToken ct)
    {
        if (ct.IsCancellationRequested)
        {
            completion.SetCanceled(ct);
            return;
        }
        try
        {
            completion.SetResult(work());
        }
        catch (Exception fault)
        {
            // The caller hears of the fault; the loop and its other rooms go on.
            completion.SetException(fault);
        }
    }
}
