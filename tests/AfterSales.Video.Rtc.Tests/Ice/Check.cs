using System.Text;
using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Ice;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Rtc.Tests.Ice;

/// <summary>Builds the checks a browser would send.</summary>
internal sealed record Check(IceParameters Server, IceParameters Client)
{
    public bool UseCandidate { get; init; }

    public uint? Priority { get; init; } = 1_845_501_695;

    public uint Nomination { get; init; }

    public StunAttributeType Role { get; init; } = StunAttributeType.IceControlling;

    public string? Password { get; init; }

    public ushort UnknownType { get; init; }

    public static IcePath From(uint address, ushort port = 5000, IceTransport transport = IceTransport.Udp) =>
        new(TransportAddress.FromIPv4(address, port), default, transport);

    public byte[] ToDatagram()
    {
        var buffer = new byte[Stun.MaxMessageLength];
        var writer = new StunWriter(buffer, StunClass.Request, "transaction!"u8);
        writer.WriteUsername(Encoding.ASCII.GetBytes(Server.UsernameFragment), Encoding.ASCII.GetBytes(Client.UsernameFragment));
        if (Priority is { } priority)
        {
            writer.WriteUInt32(StunAttributeType.Priority, priority);
        }

        writer.WriteUInt64(Role, 0x0102030405060708);
        if (UseCandidate)
        {
            writer.Write(StunAttributeType.UseCandidate, []);
        }

        if (Nomination != 0)
        {
            writer.WriteUInt32(StunAttributeType.Nomination, Nomination);
        }

        if (UnknownType != 0)
        {
            writer.Write((StunAttributeType)UnknownType, [1, 2, 3, 4]);
        }

        return buffer[..writer.Complete(Encoding.ASCII.GetBytes(Password ?? Server.Password))];
    }
}
