using System.Buffers.Binary;
using AfterSales.Video.Load.Content;
using AfterSales.Video.Rtc.Client;
using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Rtc.Rtp;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Load.Traffic;

/// <summary>Plays a clip into one section of a connected client, in real time, with sender reports. Loop thread only.</summary>
internal sealed class TrackSender
{
    /// <summary>NTP counts from 1900 (RFC 3550 §4).</summary>
    private const long NtpEpochSeconds = 2_208_988_800;
    private readonly RtcClient _client;
    private readonly Clip _clip;
    private readonly TransportSequence _transport;
    private readonly TrafficMeter _meter;
    private readonly NegotiatedMedia _media;
    private readonly byte _payloadType;
    private readonly byte[] _header = new byte[RtpHeaderWriter.MaxLength];
    private readonly byte[] _payload = new byte[1200];
    private readonly byte[] _rtcp = new byte[64];
    private readonly byte[] _mid;
    private readonly long _frameNs;
    private long _startNs;
    private long _framesSent;
    private int _position;
    private ushort _sequence;
    private uint _packets;
    private uint _octets;

    public TrackSender(RtcClient client, int section, Clip clip, TransportSequence transport, TrafficMeter meter)
    {
        (_client, _clip, _transport, _meter) = (client, clip, transport, meter);
        _media = client.Session!.Media[section];
        Ssrc = client.Media[section].Ssrc;
        _payloadType = _media.Codecs.FirstOrDefault(c => c.Name.Equals(clip.Codec, StringComparison.OrdinalIgnoreCase))?.PayloadType
            ?? throw new InvalidOperationException($"The server does not take {clip.Codec}.");
        _mid = System.Text.Encoding.ASCII.GetBytes(_media.Mid);
        _frameNs = (long)(clip.FrameLength.TotalSeconds * 1e9);
        _sequence = (ushort)Random.Shared.Next(ushort.MaxValue);
        Packets = new SentPackets(meter);
    }

    public uint Ssrc { get; }

    public SentPackets Packets { get; }

    public TimeSpan Period => _clip.FrameLength;

    /// <summary>Sends the frames that are due. A frame that could not be sent on time is sent now: the encoder does not wait.</summary>
    public void Tick()
    {
        var nowNs = _client.Loop.NowNs;
        if (_startNs == 0)
            _startNs = nowNs;
        var dueNs = _startNs + (_framesSent * _frameNs);
        if (_meter.IsOpen)
            _meter.Lateness.Add(Math.Max(0, nowNs - dueNs));
        for (var limit = 10; limit > 0 && dueNs <= nowNs + (_frameNs / 4); limit--, dueNs += _frameNs)
            SendFrame();
    }

    /// <summary>Somebody needs a key frame: the clip begins with one.</summary>
    public void RestartClip()
    {
        if (_position > 1)
            _position = 0;
    }

    public void Report()
    {
        var now = TimeProvider.System.GetUtcNow();
        var seconds = (ulong)(now.ToUnixTimeSeconds() + NtpEpochSeconds);
        var fraction = (ulong)(now.Ticks % TimeSpan.TicksPerSecond) * (1UL << 32) / TimeSpan.TicksPerSecond;
        var elapsedNs = _startNs == 0 ? 0 : _client.Loop.NowNs - _startNs;
        var writer = new RtcpWriter(_rtcp);
        writer.TryWriteSenderReport(
            new SenderReport(Ssrc, (seconds << 32) | fraction, (uint)(elapsedNs * (_clip.ClockRateHz / 1000) / 1_000_000), _packets, _octets), []);
        _client.SendRtcp(writer.Written);
    }

    private void SendFrame()
    {
        var frame = _clip.Frames[_position];
        for (var i = 0; i < frame.Payloads.Count; i++)
            SendPacket(frame.Payloads[i], marker: !_clip.IsVideo || i == frame.Payloads.Count - 1);
        _position = (_position + 1) % _clip.Frames.Count;
        _framesSent++;
    }

    private void SendPacket(byte[] content, bool marker)
    {
        var payload = _payload.AsSpan(0, content.Length);
        content.CopyTo(payload);
        // The clip's picture ids begin again with each loop; a camera's do not (RFC 7741 §4.2, 15 bits).
        if (_clip.Codec == "VP8")
            BinaryPrimitives.WriteUInt16BigEndian(payload[2..], (ushort)(0x8000 | (_framesSent & 0x7FFF)));
        var header = new RtpHeaderWriter(_header, _payloadType, marker, _sequence, (uint)(_framesSent * _clip.TicksPerFrame), Ssrc);
        header.AddExtension(_media.Extensions.Mid, _mid);
        if (_media.Extensions.TransportWideCc != 0)
            header.AddExtension(_media.Extensions.TransportWideCc, _transport.Next());
        var length = header.Finish();
        // The real clock, not the loop's: packets of one frame leave one after another.
        Packets.Sent(_sequence++, payload, TimeProvider.System.GetTimestamp());
        if (!_client.SendRtp(_header.AsSpan(0, length), payload) && _meter.IsOpen)
            _meter.Refused++;
        _packets++;
        _octets += (uint)payload.Length;
    }
}

/// <summary>Numbers all packets of one transport (draft-holmer-rmcat-transport-wide-cc-extensions-01 §2).</summary>
internal sealed class TransportSequence
{
    private ushort _next;

    public ushort Next() => _next++;
}
