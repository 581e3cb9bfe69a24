using System.Collections.Concurrent;

namespace AfterSales.Video.Rtc.Tests.Peer;

/// <summary>An observer that remembers. Written on the loop, read by tests.</summary>
internal sealed class PeerRecorder : IPeerObserver
{
    private readonly ConcurrentQueue<(PeerState State, PeerCloseReason Reason)> _states = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<PeerCloseReason> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _rtp;
    private long _rtcp;
    private long _batches;

    public long Rtp => Volatile.Read(ref _rtp);

    public long Rtcp => Volatile.Read(ref _rtcp);

    public long Batches => Volatile.Read(ref _batches);

    public IReadOnlyList<(PeerState State, PeerCloseReason Reason)> States => [.. _states];

    public Task Connected => _connected.Task;

    public Task<PeerCloseReason> Closed => _closed.Task;

    public PeerPacketAction? RtpAction { get; set; }

    public Action<PeerState>? StateAction { get; set; }

    public Action? BatchAction { get; set; }

    public void OnStateChanged(IPeer peer, PeerState state, PeerCloseReason reason)
    {
        _states.Enqueue((state, reason));
        if (state == PeerState.Connected)
            _connected.TrySetResult();
        if (state == PeerState.Closed)
            _closed.TrySetResult(reason);
        StateAction?.Invoke(state);
    }

    public void OnRtp(IPeer peer, long arrivalNs, ReadOnlySpan<byte> packet)
    {
        Volatile.Write(ref _rtp, _rtp + 1);
        RtpAction?.Invoke(peer, packet);
    }

    public void OnRtcp(IPeer peer, long arrivalNs, ReadOnlySpan<byte> packet) => Volatile.Write(ref _rtcp, _rtcp + 1);

    public void OnBatchEnd(IPeer peer)
    {
        Volatile.Write(ref _batches, _batches + 1);
        BatchAction?.Invoke();
    }
}

internal delegate void PeerPacketAction(IPeer peer, ReadOnlySpan<byte> packet);
