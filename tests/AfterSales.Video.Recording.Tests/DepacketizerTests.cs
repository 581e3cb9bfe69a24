using AfterSales.Video.Recording.Depacketizing;
using AfterSales.Video.TestKit.Media;

namespace AfterSales.Video.Recording.Tests;

public sealed class DepacketizerTests
{
    [Fact]
    public void A_fragment_without_its_start_joins_nothing()
    {
        var (format, frame) = (new H264Format(), new FrameBuffer());
        Assert.True(format.TryAppend([0x65, 1, 2, 3], frame));
        Assert.False(format.TryAppend([0x7C, 0x05, 9, 9], frame));
        Assert.Equal([0, 0, 0, 4, 0x65, 1, 2, 3], frame.Written.ToArray());
    }

    [Fact]
    public void A_unit_inside_an_open_fragment_is_refused()
    {
        var (format, frame) = (new H264Format(), new FrameBuffer());
        Assert.True(format.TryAppend([0x7C, 0x85, 9, 9], frame));
        Assert.False(format.TryAppend([0x41, 0x9A, 1], frame));
        Assert.False(format.TryAppend([0x7C, 0x85, 9, 9], frame));
    }

    [Fact]
    public void An_aggregate_and_fragments_give_the_units_back()
    {
        byte[] sps = [0x67, 1, 2], pps = [0x68, 3];
        var idr = Enumerable.Range(0, 3000).Select(i => i == 0 ? (byte)0x65 : (byte)(i | 0x80)).ToArray();
        var payloads = RtpPacketizer.Payloads("H264", new EncodedFrame([sps, pps, idr], IsKey: true), 0);
        var (format, frame) = (new H264Format(), new FrameBuffer());
        Assert.All(payloads, p => Assert.True(format.TryAppend(p, frame)));
        Assert.False(frame.IsUnitOpen);
        Assert.Equal([0, 0, 0, 3, .. sps, 0, 0, 0, 2, .. pps, 0, 0, 11, 184, .. idr], frame.Written.ToArray());
        Assert.Equal(PayloadMarks.Start | PayloadMarks.Parameters, format.Inspect(payloads[0]));
        Assert.Equal(PayloadMarks.Start | PayloadMarks.Key, format.Inspect(payloads[1]));
        Assert.Equal(PayloadMarks.Key, format.Inspect(payloads[2]));
    }

    [Fact]
    public void Vp8_shows_starts_and_key_frames()
    {
        var format = new Vp8Format();
        Assert.Equal(PayloadMarks.Start | PayloadMarks.Key | PayloadMarks.Parameters, format.Inspect([0x10, 0x00, 1]));
        Assert.Equal(PayloadMarks.Start, format.Inspect([0x10, 0x01, 1]));
        Assert.Equal(PayloadMarks.None, format.Inspect([0x00, 0x00, 1]));
        Assert.Equal(PayloadMarks.Malformed, format.Inspect([0x90]));
    }

    [Fact]
    public void Vp9_descriptors_are_taken_off()
    {
        var (format, frame) = (new Vp9Format(), new FrameBuffer());
        // I (15 bit), B, E; then I, P, L (non-flexible, so TL0PICIDX), B.
        Assert.Equal(PayloadMarks.Start | PayloadMarks.Key | PayloadMarks.Parameters, format.Inspect([0x8C, 0x81, 0x02, 7]));
        Assert.Equal(PayloadMarks.Start, format.Inspect([0xE8, 0x05, 0x00, 0x01, 7]));
        Assert.True(format.TryAppend([0x8C, 0x81, 0x02, 7, 8], frame) && format.TryAppend([0xE8, 0x05, 0x00, 0x01, 9], frame));
        Assert.Equal([7, 8, 9], frame.Written.ToArray());
        // Flexible mode with two reference differences; a scalability structure with one resolution.
        Assert.Equal(PayloadMarks.Start, format.Inspect([0xD8, 0x01, 0x03, 0x04, 7]));
        Assert.Equal(PayloadMarks.Start | PayloadMarks.Key | PayloadMarks.Parameters, format.Inspect([0x0A, 0x10, 1, 64, 0, 240, 7]));
        Assert.Equal(PayloadMarks.Malformed, format.Inspect([0x0A, 0x10, 1, 64]));
    }

    [Theory]
    [InlineData(0xF8, 960)]
    [InlineData(0x78, 960)]
    [InlineData(0x00, 480)]
    [InlineData(0x18, 2880)]
    [InlineData(0xE1, 240)]
    public void Opus_says_how_long_a_packet_lasts(int toc, int samples) => Assert.Equal(samples, OpusFormat.Samples([(byte)toc, 0]));
}
