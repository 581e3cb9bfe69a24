using AfterSales.Video.Rtc.Rtcp;

namespace AfterSales.Video.Sfu.Tests.Fakes;

/// <summary>
/// A buyer's browser as far as rates go: ramps up by itself, stays under the cap it is told, answers key frame requests with a large frame and makes up for it
/// over the next ones, and spreads each frame over some milliseconds.
/// </summary>
internal sealed class SimulatedCamera(FakePeer peer, uint ssrc, long cameraBps)
{
    private const int FramesPerSecond = 30;
    private const int PacketBytes = 1100;

    /// <summary>Request and cap travel this long, and the encoder acts on them at its next frames.</summary>
    private const int ReactionMs = 120;

    private readonly Queue<(int DueMs, long CapBps, bool KeyFrame)> _told = new();
    private readonly Queue<byte[]> _pacing = new();
    private double _rateBps = 300_000;
    private double _capBps = double.MaxValue;
    private double _debtBytes;
    private double _nextFrameMs;
    private bool _keyFrame = true;
    private ushort _sequence = 100;
    private uint _timestamp;

    public int KeyFrames { get; private set; }
    public double RateBps => _rateBps;

    public void Step(int nowMs)
    {
        Listen(nowMs);
        while (_told.TryPeek(out var told) && told.DueMs <= nowMs)
        {
            _told.Dequeue();
            _capBps = told.CapBps > 0 ? told.CapBps - 64_000 : _capBps;
            _keyFrame |= told.KeyFrame;
        }
        // A browser doubles its own estimate twice a second until it meets a limit.
        _rateBps = Math.Min(Math.Min(_capBps, cameraBps), _rateBps * 1.0014);
        if (nowMs >= _nextFrameMs)
            Encode(nowMs);
        if (_pacing.TryDequeue(out var packet))
            peer.Receive(packet);
    }

    private void Listen(int nowMs)
    {
        foreach (var compound in peer.Rtcp)
        {
            foreach (var part in new RtcpCompoundReader(compound))
            {
                if (Remb.TryParse(part, out var bitrateBps, out _))
                    _told.Enqueue((nowMs + ReactionMs, bitrateBps, false));
                else if (KeyFrameRequest.TryParsePli(part, out _))
                    _told.Enqueue((nowMs + ReactionMs, 0, true));
            }
        }
        peer.Rtcp.Clear();
    }

    private void Encode(int nowMs)
    {
        var usual = _rateBps / 8 / FramesPerSecond;
        var bytes = _keyFrame ? Math.Max(usual * 6, 10_000) : _debtBytes > 0 ? usual * 0.7 : usual;
        _debtBytes = Math.Max(0, _debtBytes + bytes - usual);
        for (var left = (int)bytes; left > 0; left -= PacketBytes)
        {
            var isFirst = left == (int)bytes;
            var packet = Packets.Vp8(ssrc, _sequence++, _timestamp, _keyFrame && isFirst, left <= PacketBytes, size: Math.Max(8, Math.Min(left, PacketBytes)));
            _pacing.Enqueue(packet);
        }
        KeyFrames += _keyFrame ? 1 : 0;
        _keyFrame = false;
        _timestamp += 90_000 / FramesPerSecond;
        _nextFrameMs = nowMs + (1000.0 / FramesPerSecond);
    }
}
