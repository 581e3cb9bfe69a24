using System.Text;
using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Ice;

namespace AfterSales.Video.Rtc.Tests.Ice;

/// <summary>The sample messages of RFC 5769.</summary>
public sealed class StunMessageTests
{
    private const string Password = "VOkJxbRl1RmTxUk/WvJxBt";

    private static readonly byte[] Request = Convert.FromHexString(
        "000100582112A442B7E7A701BC34D686FA87DFAE802200105354554E207465737420636C69656E74002400046E0001FF80290008932FF9B1" +
        "51263B36000600096576746A3A68367659202020000800149AEAA70CBFD8CB56781EF2B5B2D3F249C1B571A280280004E57A3BCF");

    private static readonly byte[] ResponseIPv4 = Convert.FromHexString(
        "0101003C2112A442B7E7A701BC34D686FA87DFAE8022000B7465737420766563746F7220002000080001A147E112A643000800142B91F599" +
        "FD9E90C38C7489F92AF9BA53F06BE7D780280004C07D4C96");

    private static readonly byte[] ResponseIPv6 = Convert.FromHexString(
        "010100482112A442B7E7A701BC34D686FA87DFAE8022000B7465737420766563746F7220002000140002A1470113A9FAA5D3F179BC25F4B5" +
        "BED2B9D900080014A382954E4BE67BF11784C97C8292C275BFE3ED4180280004C8FB0B4C");

    private static readonly byte[] LongTermRequest = Convert.FromHexString(
        "000100602112A44278AD3433C6AD72C029DA412E00060012E3839EE38388E383AAE38383E382AFE382B900000015001C662F2F3439396B39" +
        "353464364F4C33346F4C39465354767936347341" +
        "0014000B6578616D706C652E6F72670000080014F67024656DD64A3E02B8E0712E85C9A28CA89666");

    [Fact]
    public void The_request_of_section_2_1_is_read_and_authenticated()
    {
        Assert.True(StunMessage.TryParse(Request, out var message));
        Assert.Equal(StunClass.Request, message.Class);
        Assert.Equal(Stun.BindingMethod, message.Method);
        Assert.True(message.VerifyFingerprint());
        Assert.True(message.VerifyMessageIntegrity(Encoding.ASCII.GetBytes(Password)));
        Assert.False(message.VerifyMessageIntegrity("another password"u8));
        Assert.True(message.TryGetUsername(out var receiver, out var sender));
        Assert.Equal("evtj", Encoding.ASCII.GetString(receiver));
        Assert.Equal("h6vY", Encoding.ASCII.GetString(sender));
        Assert.True(message.TryGetUInt32(StunAttributeType.Priority, out var priority));
        Assert.Equal(0x6E0001FFu, priority);
        Assert.True(message.TryGetUInt64(StunAttributeType.IceControlled, out var tieBreaker));
        Assert.Equal(0x932FF9B151263B36ul, tieBreaker);
        Assert.False(message.TryGetUnknownRequired(out _));
    }

    [Fact]
    public void The_IPv4_response_of_section_2_2_gives_the_mapped_address() =>
        AssertResponse(ResponseIPv4, "192.0.2.1");

    [Fact]
    public void The_IPv6_response_of_section_2_3_gives_the_mapped_address() =>
        AssertResponse(ResponseIPv6, "2001:db8:1234:5678:11:2233:4455:6677");

    /// <summary>ICE has no use for long-term credentials, but the key is just other bytes, so the vector holds here too.</summary>
    [Fact]
    public void The_long_term_request_of_section_2_4_is_authenticated_by_its_derived_key()
    {
        // MD5 of "マトリックス:example.org:TheMatrIX".
        var key = Convert.FromHexString("E8CA7AD59D5EB0518E312911D2DAB2A9");
        Assert.True(StunMessage.TryParse(LongTermRequest, out var message));
        Assert.True(message.VerifyMessageIntegrity(key));
        Assert.False(message.HasFingerprint);
        Assert.True(message.TryGetUnknownRequired(out var type));
        Assert.Equal(0x0015, type);
    }

    [Fact]
    public void The_writer_reproduces_the_IPv4_response_bit_for_bit()
    {
        var buffer = new byte[Stun.MaxMessageLength];
        Assert.True(TransportAddress.TryParse("192.0.2.1", 32853, out var address));
        var writer = new StunWriter(buffer, StunClass.SuccessResponse, ResponseIPv4.AsSpan(8, 12));
        writer.Write(StunAttributeType.Software, "test vector"u8, padding: 0x20);
        writer.WriteXorMappedAddress(address);
        Assert.Equal(ResponseIPv4, buffer[..writer.Complete(Encoding.ASCII.GetBytes(Password))]);
    }

    [Fact]
    public void The_writer_reproduces_the_request_bit_for_bit()
    {
        var buffer = new byte[Stun.MaxMessageLength];
        var writer = new StunWriter(buffer, StunClass.Request, Request.AsSpan(8, 12));
        writer.Write(StunAttributeType.Software, "STUN test client"u8);
        writer.WriteUInt32(StunAttributeType.Priority, 0x6E0001FF);
        writer.WriteUInt64(StunAttributeType.IceControlled, 0x932FF9B151263B36);
        writer.Write(StunAttributeType.Username, "evtj:h6vY"u8, padding: 0x20);
        Assert.Equal(Request, buffer[..writer.Complete(Encoding.ASCII.GetBytes(Password))]);
    }

    [Fact]
    public void One_changed_bit_anywhere_is_noticed()
    {
        for (var bit = 0; bit < Request.Length * 8; bit++)
        {
            var changed = (byte[])Request.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            var passes = StunMessage.TryParse(changed, out var message) && message.VerifyFingerprint()
                && message.VerifyMessageIntegrity(Encoding.ASCII.GetBytes(Password));
            Assert.False(passes, $"bit {bit}");
        }
    }

    [Fact]
    public void Attributes_behind_the_integrity_are_not_seen()
    {
        var buffer = new byte[Stun.MaxMessageLength];
        var writer = new StunWriter(buffer, StunClass.Request, new byte[12]);
        writer.Write(StunAttributeType.MessageIntegrity, new byte[20]);
        writer.Write(StunAttributeType.UseCandidate, []);
        Assert.True(StunMessage.TryParse(buffer.AsSpan(0, writer.Complete([])), out var message));
        Assert.False(message.Has(StunAttributeType.UseCandidate));
    }

    private static void AssertResponse(byte[] datagram, string address)
    {
        Assert.True(StunMessage.TryParse(datagram, out var message));
        Assert.Equal(StunClass.SuccessResponse, message.Class);
        Assert.True(message.VerifyFingerprint());
        Assert.True(message.VerifyMessageIntegrity(Encoding.ASCII.GetBytes(Password)));
        Assert.True(message.TryGetXorMappedAddress(out var mapped));
        Assert.True(TransportAddress.TryParse(address, 32853, out var expected));
        Assert.Equal(expected, mapped);
    }
}
