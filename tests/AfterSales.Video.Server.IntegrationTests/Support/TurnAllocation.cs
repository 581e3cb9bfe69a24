using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace AfterSales.Video.Server.IntegrationTests.Support;

/// <summary>As much of a TURN client (RFC 8656 §7, RFC 8489 §9.2) as it takes to learn whether a relay lets somebody in.</summary>
internal static class TurnAllocation
{
    private const int Header = 20;
    private const ushort AllocateRequest = 0x0003, AllocateSuccess = 0x0103;
    private const ushort Username = 0x0006, MessageIntegrity = 0x0008, ErrorCode = 0x0009, Realm = 0x0014, Nonce = 0x0015, RequestedTransport = 0x0019;
    private static readonly byte[] Udp = [17, 0, 0, 0];

    /// <summary>0 when the relay gave an address, otherwise its error code.</summary>
    public static async Task<int> TryAsync(int port, string username, string credential)
    {
        using var socket = new UdpClient();
        socket.Connect(IPAddress.Loopback, port);
        var challenge = await AskAsync(socket, Message([(RequestedTransport, Udp)]));
        if (challenge.Type == AllocateSuccess)
            return 0;
        var (realm, nonce) = (challenge.Attributes[Realm], challenge.Attributes[Nonce]);
        var key = MD5.HashData(Encoding.UTF8.GetBytes($"{username}:{Encoding.UTF8.GetString(realm)}:{credential}"));
        var answer = await AskAsync(socket, Signed(Message([(RequestedTransport, Udp), (Username, Encoding.UTF8.GetBytes(username)), (Realm, realm), (Nonce, nonce)]), key));
        return answer.Type == AllocateSuccess ? 0 : (answer.Attributes[ErrorCode][2] * 100) + answer.Attributes[ErrorCode][3];
    }

    private static async Task<(ushort Type, Dictionary<ushort, byte[]> Attributes)> AskAsync(UdpClient socket, byte[] message)
    {
        await socket.SendAsync(message);
        var answer = (await socket.ReceiveAsync().WaitAsync(TimeSpan.FromSeconds(10))).Buffer;
        var attributes = new Dictionary<ushort, byte[]>();
        for (var at = Header; at + 4 <= answer.Length;)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(at + 2));
            attributes[BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(at))] = answer[(at + 4)..(at + 4 + length)];
            at += 4 + Padded(length);
        }

        return (BinaryPrimitives.ReadUInt16BigEndian(answer), attributes);
    }

    private static byte[] Message((ushort Type, byte[] Value)[] attributes)
    {
        var message = new byte[Header + attributes.Sum(a => 4 + Padded(a.Value.Length))];
        BinaryPrimitives.WriteUInt16BigEndian(message, AllocateRequest);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)(message.Length - Header));
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), 0x2112A442);
        RandomNumberGenerator.Fill(message.AsSpan(8, 12));
        var at = Header;
        foreach (var (type, value) in attributes)
        {
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at), type);
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at + 2), (ushort)value.Length);
            value.CopyTo(message, at + 4);
            at += 4 + Padded(value.Length);
        }

        return message;
    }

    /// <summary>The length in the header covers the integrity attribute already when it is computed (RFC 8489 §14.5).</summary>
    private static byte[] Signed(byte[] message, byte[] key)
    {
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)(message.Length - Header + 24));
        var head = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(head, MessageIntegrity);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), 20);
        return [.. message, .. head, .. HMACSHA1.HashData(key, message)];
    }

    private static int Padded(int length) => (length + 3) & ~3;
}
