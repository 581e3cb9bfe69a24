using System.Net;
using AfterSales.Video.Native.Sockets;

namespace AfterSales.Video.Rtc.Tests.Loop;

/// <summary>The native layer by itself: layouts of kernel structures are easily wrong by a few bytes.</summary>
public sealed class SocketTests
{
    [Theory]
    [InlineData("::", "127.0.0.1")]
    [InlineData("::", "::1")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("0.0.0.0", "127.0.0.2")]
    [InlineData("::1", "::1")]
    public void A_batch_arrives_whole_with_both_addresses_and_is_answered_from_the_one_asked(string bind, string asked)
    {
        var address = IPAddress.Parse(asked);
        using var server = UdpSocket.Open(IPAddress.Parse(bind), 0, 1 << 20);
        using var client = UdpSocket.Open(address, 0, 1 << 20);
        var port = server.LocalAddress.Port;
        var target = TransportAddress.From(new IPEndPoint(address, port));
        var send = new DatagramSendBatch(32);
        for (var i = 0; i < 20; i++)
        {
            send.Reserve()[..(i * 70)].Fill((byte)i);
            send.Commit(client, i * 70, target, default);
        }

        Assert.Equal(0, send.Flush(client));
        var received = new DatagramReceiveBatch(32);
        Assert.Equal(20, received.Receive(server, port));
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(i * 70, received.Datagram(i).Length);
            Assert.Equal(-1, received.Datagram(i).IndexOfAnyExcept((byte)i));
            Assert.Equal(client.LocalAddress, received.Remote(i));
            Assert.Equal(target, received.Local(i));
            Assert.False(received.IsTruncated(i));
        }

        send.Reserve()[0] = 42;
        send.Commit(server, 1, received.Remote(0), received.Local(0));
        Assert.Equal(0, send.Flush(server));
        Assert.Equal(1, received.Receive(client, client.LocalAddress.Port));
        Assert.Equal(42, received.Datagram(0)[0]);
        Assert.Equal(target, received.Remote(0));
    }

    [Fact]
    public void A_datagram_longer_than_a_slot_is_marked()
    {
        using var server = UdpSocket.Open(IPAddress.Loopback, 0, 1 << 20);
        using var client = new System.Net.Sockets.UdpClient();
        client.Send(new byte[3000], server.LocalAddress.ToEndPoint());
        var received = new DatagramReceiveBatch(4);
        Assert.Equal(1, received.Receive(server, server.LocalAddress.Port));
        Assert.True(received.IsTruncated(0));
    }

    [Fact]
    public void A_datagram_that_cannot_leave_does_not_stop_the_others()
    {
        using var server = UdpSocket.Open(IPAddress.Loopback, 0, 1 << 20);
        var send = new DatagramSendBatch(8);
        foreach (var target in new[] { "127.0.0.1", "255.255.255.255", "127.0.0.1" })
        {
            send.Reserve()[..10].Clear();
            send.Commit(server, 10, TransportAddress.From(new IPEndPoint(IPAddress.Parse(target), server.LocalAddress.Port)), default);
        }

        Assert.Equal(1, send.Flush(server));
        Assert.Equal(2, new DatagramReceiveBatch(8).Receive(server, server.LocalAddress.Port));
    }
}
