using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Rtc.Rtp;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Sfu.Tests.Fakes;

internal delegate void RtcpWriting(ref RtcpWriter writer);

/// <summary>A peer without a network: the test is the remote side.</summary>
internal sealed class FakePeer(ManualLoop loop, IPeerObserver observer) : IPeer
{
    public PeerState State { get; private set; }
    public NegotiatedSession? Session { get; private set; }
    public PeerStatistics Statistics { get; } = new() { TransportProtocol = "udp" };
    public DtlsFingerprint LocalFingerprint { get; } = new("sha-256", new byte[32]);
    public MediaPolicy? Policy { get; private set; }
    public List<SentRtp> Rtp { get; } = [];
    public List<byte[]> Rtcp { get; } = [];

    /// <summary>Off while allocations are measured.</summary>
    public bool Keeps { get; set; } = true;
    public long SentPackets { get; private set; }

    /// <summary>Each RTP packet as it goes out.</summary>
    public Action<byte[]>? OnSent { get; set; }

    public NegotiationResult AcceptOffer(string offerSdp, MediaPolicy policy)
    {
        if (!loop.Offers.TryGetValue(offerSdp, out var session))
            return NegotiationResult.Refused("sdp.malformed", "line 1");
        Session = session;
        Policy = policy;
        State = State == PeerState.New ? PeerState.Connecting : State;
        return NegotiationResult.Answered("v=0", session);
    }

    public bool SendRtp(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        if (State != PeerState.Connected)
            return false;
        SentPackets++;
        OnSent?.Invoke([.. header, .. payload]);
        if (Keeps)
            Rtp.Add(SentRtp.Parse([.. header, .. payload]));
        return true;
    }

    public bool SendRtcp(ReadOnlySpan<byte> packet)
    {
        if (Keeps)
            Rtcp.Add(packet.ToArray());
        return State == PeerState.Connected;
    }

    public void Close(PeerCloseReason reason)
    {
        if (State == PeerState.Closed)
            return;
        State = PeerState.Closed;
        observer.OnStateChanged(this, State, reason);
    }

    public void Become(PeerState state)
    {
        State = state;
        observer.OnStateChanged(this, state, PeerCloseReason.None);
    }

    public void Receive(ReadOnlySpan<byte> packet)
    {
        observer.OnRtp(this, loop.NowNs, packet);
        observer.OnBatchEnd(this);
    }

    public void ReceiveRtcp(RtcpWriting write)
    {
        var writer = new RtcpWriter(new byte[1500]);
        write(ref writer);
        ReceiveRtcp(writer.Written);
    }

    /// <summary>A compound as it came out of SRTP, honest or not.</summary>
    public void ReceiveRtcp(ReadOnlySpan<byte> compound)
    {
        observer.OnRtcp(this, loop.NowNs, compound);
        observer.OnBatchEnd(this);
    }

    public void ReceiveRtcp(byte[] packet)
    {
        observer.OnRtcp(this, loop.NowNs, packet);
        observer.OnBatchEnd(this);
    }

    public IReadOnlyList<SentRtp> On(uint ssrc) => [.. Rtp.Where(packet => packet.Ssrc == ssrc)];

    /// <summary>Packets of one type that were sent, by a name for each.</summary>
    public int Count(RtcpType type, byte format)
    {
        var count = 0;
        foreach (var compound in Rtcp)
        {
            foreach (var part in new RtcpCompoundReader(compound))
                count += part.Type == type && part.Count == format ? 1 : 0;
        }
        return count;
    }

    public IReadOnlyList<ushort> NackedSequences()
    {
        var lost = new List<ushort>();
        foreach (var compound in Rtcp)
        {
            foreach (var part in new RtcpCompoundReader(compound))
            {
                if (!NackReader.TryParse(part, out var nack))
                    continue;
                while (nack.MoveNext())
                    lost.Add(nack.Current);
            }
        }
        return lost;
    }

    public IReadOnlyList<SenderReport> SenderReports()
    {
        var reports = new List<SenderReport>();
        foreach (var compound in Rtcp)
        {
            foreach (var part in new RtcpCompoundReader(compound))
            {
                if (SenderReport.TryParse(part, out var report, out _))
                    reports.Add(report);
            }
        }
        return reports;
    }
}

internal sealed record SentRtp(uint Ssrc, ushort Sequence, uint Timestamp, byte PayloadType, bool Marker, byte[] Payload, byte[] Packet)
{
    public static SentRtp Parse(byte[] bytes)
    {
        Assert.True(RtpPacketView.TryParse(bytes, out var view));
        return new SentRtp(view.Ssrc, view.SequenceNumber, view.Timestamp, view.PayloadType, view.Marker, view.Payload.ToArray(), bytes);
    }

    public byte[]? Extension(byte id)
    {
        Assert.True(RtpPacketView.TryParse(Packet, out var view));
        return view.Extensions.TryGet(id, out var value) ? value.ToArray() : null;
    }
}
