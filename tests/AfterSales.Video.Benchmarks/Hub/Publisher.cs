using System.Buffers.Binary;
using AfterSales.Video.Rtc.Client;

namespace AfterSales.Video.Benchmarks.Hub;

/// <summary>
/// One participant's sending half: sends what a 720p30 camera and a microphone send (1.2 Mbit/s VP8 in 1,150-byte packets, a key frame
/// every 2 s, and 50 Opus packets a second). Loop thread only.
/// </summary>
internal sealed class Publisher(RtcClient client)
{
    private const int VideoBytes = 1150;
    private const int PacketsPerFrame = 4;
    private readonly byte[] _payload = new byte[VideoBytes];
    private readonly byte[] _header = new byte[12];
    private ushort _videoSequence;
    private ushort _audioSequence;
    private int _tick;

    /// <summary>One call of 10 ms: a frame every third, sound every second.</summary>
    public void Tick()
    {
        if (_tick % 3 == 0)
            SendFrame(isKey: _tick % 198 == 0);
        if (_tick % 2 == 0)
            Send(client.Media[0].Ssrc, 111, _audioSequence++, (uint)(_tick * 480), marker: false, _payload.AsSpan(0, 80));
        _tick++;
    }

    private void SendFrame(bool isKey)
    {
        for (var i = 0; i < PacketsPerFrame; i++)
        {
            // RFC 7741: S bit on the first packet; the frame header's lowest bit is 0 in a key frame.
            _payload[0] = (byte)(i == 0 ? 0x10 : 0);
            _payload[1] = (byte)(isKey ? 0 : 1);
            Send(client.Media[1].Ssrc, 96, _videoSequence++, (uint)(_tick * 900), marker: i == PacketsPerFrame - 1, _payload);
        }
    }

    private void Send(uint ssrc, byte payloadType, ushort sequence, uint timestamp, bool marker, ReadOnlySpan<byte> payload)
    {
        _header[0] = 0x80;
        _header[1] = (byte)(payloadType | (marker ? 0x80 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(_header.AsSpan(2), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(_header.AsSpan(4), timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(_header.AsSpan(8), ssrc);
        client.SendRtp(_header, payload);
    }
}
