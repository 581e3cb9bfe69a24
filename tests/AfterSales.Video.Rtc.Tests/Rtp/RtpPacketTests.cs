using AfterSales.Video.Rtc.Rtp;

namespace AfterSales.Video.Rtc.Tests.Rtp;

public sealed class RtpPacketTests
{
    [Fact]
    public void A_written_header_reads_back()
    {
        var buffer = new byte[RtpHeaderWriter.MaxLength];
        var writer = new RtpHeaderWriter(buffer, 96, true, 65535, 0xFFFF_FFFE, 0xDEAD_BEEF);
        Assert.Equal(-1, writer.AddExtension(0, [1]));
        writer.AddExtension(4, "12"u8);
        var offset = writer.AddExtension(3, (ushort)0x1234);
        writer.AddExtension24(2, 0xABCDEF);
        var length = writer.Finish();
        byte[] packet = [.. buffer.AsSpan(0, length), 7, 8, 9];
        Assert.Equal(0x12, packet[offset]);
        Assert.True(RtpPacketView.TryParse(packet, out var view));
        Assert.True(view.Marker);
        Assert.Equal((96, (ushort)65535, 0xFFFF_FFFEu, 0xDEAD_BEEFu), (view.PayloadType, view.SequenceNumber, view.Timestamp, view.Ssrc));
        Assert.Equal([7, 8, 9], view.Payload.ToArray());
        Assert.True(view.Extensions.TryGet(4, out var mid));
        Assert.Equal("12"u8.ToArray(), mid.ToArray());
        Assert.True(view.Extensions.TryGet(2, out var time));
        Assert.Equal([0xAB, 0xCD, 0xEF], time.ToArray());
        Assert.False(view.Extensions.TryGet(5, out _));
        Assert.False(view.Extensions.TryGet(0, out _));
    }

    [Fact]
    public void Padding_and_contributing_sources_are_taken_off()
    {
        byte[] packet = [0xA1, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 9, 9, 9, 9, 55, 0, 0, 3];
        Assert.True(RtpPacketView.TryParse(packet, out var view));
        Assert.Equal((16, 3, 1), (view.HeaderLength, view.PaddingLength, view.ContributingSources));
        Assert.Equal([55], view.Payload.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("8060000100000002000000")]
    [InlineData("40600001000000020000000300")]
    [InlineData("816000010000000200000003")]
    [InlineData("906000010000000200000003BEDE")]
    [InlineData("906000010000000200000003BEDE000100")]
    [InlineData("A060000100000002000000030A")]
    [InlineData("A0600001000000020000000300")]
    public void Lengths_that_do_not_add_up_are_refused(string hex) =>
        Assert.False(RtpPacketView.TryParse(Convert.FromHexString(hex), out _));

    [Fact]
    public void Two_byte_extensions_and_padding_between_elements_are_read()
    {
        byte[] packet = [0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0x10, 0x00, 0, 3, 0, 4, 2, 65, 66, 0, 0, 20, 0, 5, 1, 9];
        Assert.True(RtpPacketView.TryParse(packet, out var view));
        Assert.True(view.Extensions.TryGet(4, out var value));
        Assert.Equal("AB"u8.ToArray(), value.ToArray());
        Assert.True(view.Extensions.TryGet(20, out value));
        Assert.Equal(0, value.Length);
        Assert.True(view.Extensions.TryGet(5, out value));
        Assert.Equal([9], value.ToArray());
    }

    [Fact]
    public void A_retransmission_gives_back_the_original()
    {
        var header = new byte[RtpHeaderWriter.MaxLength];
        var writer = new RtpHeaderWriter(header, 96, true, 4711, 90_000, 100);
        writer.AddExtension(4, "1"u8);
        byte[] original = [.. header.AsSpan(0, writer.Finish()), 1, 2, 3, 4];
        Assert.True(RtpPacketView.TryParse(original, out var view));
        var buffer = new byte[100];
        Assert.False(Rtx.TryEncapsulate(view, 200, 97, 5, buffer.AsSpan(0, original.Length + 1), out _));
        Assert.True(Rtx.TryEncapsulate(view, 200, 97, 5, buffer, out var length));
        Assert.True(RtpPacketView.TryParse(buffer.AsSpan(0, length), out var rtx));
        Assert.Equal((97, (ushort)5, 200u), (rtx.PayloadType, rtx.SequenceNumber, rtx.Ssrc));
        var restored = new byte[100];
        Assert.True(Rtx.TryRestore(rtx, 100, 96, restored, out length));
        Assert.Equal(original, restored[..length]);
    }

    [Fact]
    public void A_probe_of_padding_restores_nothing()
    {
        byte[] packet = [0xA0, 97, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4];
        Assert.True(RtpPacketView.TryParse(packet, out var view));
        Assert.False(Rtx.TryRestore(view, 1, 96, new byte[100], out _));
    }
}
