using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Ice;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Fuzz.Targets;

/// <summary>STUN reader and lite agent. Half of the inputs get a right MESSAGE-INTEGRITY, or nothing behind it would be reached.</summary>
internal sealed class StunTarget : IFuzzTarget
{
    private static readonly IceParameters Local = new("localufr", "local-password-of-24-bytes");
    private static readonly IceParameters Remote = new("remo", "remote-password-of-24-byt");
    private static readonly IcePath Path = new(TransportAddress.FromIPv4(0x7F000001, 5000), default);
    private readonly byte[] _signed = new byte[Stun.MaxMessageLength];
    private readonly byte[] _response = new byte[Stun.MaxMessageLength];

    public string Name => "rtc/stun";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand([.. Rfc5769.All, .. Checks()]);

    public IEnumerable<byte[]> Dictionary =>
        [[0x21, 0x12, 0xA4, 0x42], [0x00, 0x08, 0x00, 0x14], [0x80, 0x28, 0x00, 0x04], [0x00, 0x06, 0x00, 0x0D], [0x00, 0x25, 0x00, 0x00],
         [0x80, 0x2A, 0x00, 0x08], [0x80, 0x29, 0x00, 0x08], [0x00, 0x24, 0x00, 0x04], [0x00, 0x20, 0x00, 0x14], [0x00, 0x0A, 0x00, 0x02]];

    public void Run(ReadOnlySpan<byte> input)
    {
        Read(input);
        Handle(input);
        Handle(Sign(input));
    }

    private static void Read(ReadOnlySpan<byte> input)
    {
        if (!StunMessage.TryParse(input, out var message))
        {
            return;
        }

        message.TryGetErrorCode(out _);
        message.TryGetUsername(out _, out _);
        message.TryGetXorMappedAddress(out _);
        message.TryGetUnknownRequired(out _);
        message.TryGetUInt32(StunAttributeType.Priority, out _);
        message.TryGetUInt64(StunAttributeType.IceControlling, out _);
        message.VerifyFingerprint();
        message.VerifyMessageIntegrity("VOkJxbRl1RmTxUk/WvJxBt"u8);
    }

    private void Handle(ReadOnlySpan<byte> input)
    {
        var agent = new IceLiteAgent();
        agent.Begin(Local, Remote, 0);
        var outcome = agent.HandleDatagram(input, Path, 1, _response, out var length);
        if (outcome == IceCheckOutcome.Ignored ? length != 0 : length == 0 || length > input.Length)
        {
            throw new InvalidOperationException($"{outcome} with {length} bytes for {input.Length}.");
        }
    }

    /// <summary>The input's attributes as a check for this agent.</summary>
    private ReadOnlySpan<byte> Sign(ReadOnlySpan<byte> input)
    {
        var transaction = new byte[Stun.TransactionIdLength];
        var writer = new StunWriter(_signed, StunClass.Request, transaction);
        writer.WriteUsername("localufr"u8, "remo"u8);
        for (var offset = Stun.HeaderLength; offset + 4 <= input.Length && offset < 500;)
        {
            var length = Math.Min(Math.Min(input[offset + 3], (byte)64), input.Length - offset - 4);
            writer.Write((StunAttributeType)((input[offset] << 8) | input[offset + 1]), input.Slice(offset + 4, length));
            offset += 4 + length;
        }

        return _signed.AsSpan(0, writer.Complete("local-password-of-24-bytes"u8));
    }

    private static IEnumerable<byte[]> Checks()
    {
        for (var i = 0; i < 16; i++)
        {
            var buffer = new byte[Stun.MaxMessageLength];
            var writer = new StunWriter(buffer, StunClass.Request, new byte[Stun.TransactionIdLength]);
            writer.WriteUsername("localufr"u8, "remo"u8);
            writer.WriteUInt32(StunAttributeType.Priority, 1845501695u + (uint)i);
            writer.WriteUInt64((i & 1) == 0 ? StunAttributeType.IceControlling : StunAttributeType.IceControlled, 0x1234_5678_9ABC_DEF0 + (ulong)i);
            if ((i & 2) != 0)
            {
                writer.Write(StunAttributeType.UseCandidate, []);
            }

            if ((i & 4) != 0)
            {
                writer.WriteUInt32(StunAttributeType.Nomination, (uint)i);
            }

            if ((i & 8) != 0)
            {
                writer.Write(StunAttributeType.Software, "a fuzzer"u8);
            }

            yield return buffer[..writer.Complete("local-password-of-24-bytes"u8)];
        }
    }
}
