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

    [Theory]
    [InlineData("::", "127.0.0.1")]
    [InlineData("::", "::1")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    public void Datagrams_of_one_length_are_joined_on_their_way_through_the_kernel_and_arrive_apart(string bind, string asked)
    {
        using var client = UdpSocket.Open(IPAddress.Parse(bind), 0, 1 << 20);
        var send = new DatagramSendBatch(64);
        AssertArrivesApart(client, send, asked);
        // Five and their shorter end, three and theirs, six of what that end began, four; nothing across two receivers.
        Assert.Equal(5 + 3 + 5 + 3, send.Joined);
    }

    [Fact]
    public void Where_the_kernel_refuses_to_cut_every_datagram_is_sent_by_itself()
    {
        using var client = UdpSocket.Open(IPAddress.Loopback, 0, 1 << 20);
        const int SolSocket = 1, SoNoCheck = 11;
        var on = 1;
        // Without checksums the kernel does not cut: what a device that cannot would answer.
        Assert.Equal(0, SetSocketOption((int)client.DangerousGetHandle(), SolSocket, SoNoCheck, ref on, sizeof(int)));
        var send = new DatagramSendBatch(64);
        for (var i = 0; i < 10; i++)
            AssertArrivesApart(client, send, "127.0.0.1");
        Assert.Equal(0, send.Joined);
    }

    private static void AssertArrivesApart(UdpSocket client, DatagramSendBatch send, string asked)
    {
        var address = IPAddress.Parse(asked);
        using var server = UdpSocket.Open(address, 0, 1 << 20);
        using var other = UdpSocket.Open(address, 0, 1 << 20);
        int[] lengths = [.. Enumerable.Repeat(1100, 5), 300, .. Enumerable.Repeat(1100, 3), .. Enumerable.Repeat(200, 7), .. Enumerable.Repeat(1100, 4)];
        var (target, second) = (TransportAddress.From(new IPEndPoint(address, server.LocalAddress.Port)), TransportAddress.From(new IPEndPoint(address, other.LocalAddress.Port)));
        for (var i = 0; i < lengths.Length; i++)
        {
            send.Reserve()[..lengths[i]].Fill((byte)i);
            send.Commit(client, lengths[i], target, default);
        }

        send.Reserve()[..1100].Fill(99);
        send.Commit(client, 1100, second, default);
        Assert.Equal(0, send.Flush(client));
        var received = new DatagramReceiveBatch(64);
        Assert.Equal(lengths.Length, received.Receive(server, server.LocalAddress.Port));
        for (var i = 0; i < lengths.Length; i++)
        {
            Assert.Equal(lengths[i], received.Datagram(i).Length);
            Assert.Equal(-1, received.Datagram(i).IndexOfAnyExcept((byte)i));
        }

        Assert.Equal(1, received.Receive(other, other.LocalAddress.Port));
        Assert.Equal(-1, received.Datagram(0).IndexOfAnyExcept((byte)99));
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "setsockopt")]
    private static extern int SetSocketOption(int socket, int level, int name, ref int value, int length);

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
