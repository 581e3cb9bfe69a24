using AfterSales.Video.Rtc.Rtp;

namespace AfterSales.Video.Rtc.Tests.Rtp;

public sealed class VideoPayloadTests
{
    [Theory]
    [InlineData(VideoCodec.Vp8, "1000", VideoPayloadStart.KeyFrame)] // S, partition 0, P = 0
    [InlineData(VideoCodec.Vp8, "1001", VideoPayloadStart.None)] // inter frame
    [InlineData(VideoCodec.Vp8, "0000", VideoPayloadStart.None)] // continuation
    [InlineData(VideoCodec.Vp8, "1100", VideoPayloadStart.None)] // partition 1
    [InlineData(VideoCodec.Vp8, "9080811200", VideoPayloadStart.KeyFrame)] // 15-bit picture id
    [InlineData(VideoCodec.Vp8, "90E081120500", VideoPayloadStart.None)] // cut off before the data
    [InlineData(VideoCodec.Vp8, "90F08112054000", VideoPayloadStart.KeyFrame)] // picture id, TL0, TID/KEYIDX
    [InlineData(VideoCodec.H264, "6742", VideoPayloadStart.KeyFrame)] // SPS
    [InlineData(VideoCodec.H264, "6588", VideoPayloadStart.IdrSlice)]
    [InlineData(VideoCodec.H264, "4188", VideoPayloadStart.None)]
    [InlineData(VideoCodec.H264, "7C85", VideoPayloadStart.IdrSlice)] // FU-A start of IDR
    [InlineData(VideoCodec.H264, "7C05", VideoPayloadStart.None)] // FU-A middle
    [InlineData(VideoCodec.H264, "78000267420002 68CE", VideoPayloadStart.KeyFrame)] // STAP-A SPS + PPS
    [InlineData(VideoCodec.H264, "780002674200026588", VideoPayloadStart.KeyFrame | VideoPayloadStart.IdrSlice)]
    [InlineData(VideoCodec.H264, "78FFFF67", VideoPayloadStart.None)] // a size that lies
    [InlineData(VideoCodec.Vp9, "08", VideoPayloadStart.None)]
    [InlineData(VideoCodec.Vp9, "8801", VideoPayloadStart.KeyFrame)]
    [InlineData(VideoCodec.Vp9, "C801", VideoPayloadStart.None)] // inter-predicted
    [InlineData(VideoCodec.Vp9, "A881120200", VideoPayloadStart.None)] // spatial layer 1
    [InlineData(VideoCodec.Av1, "0801", VideoPayloadStart.KeyFrame)]
    [InlineData(VideoCodec.Av1, "1001", VideoPayloadStart.None)]
    [InlineData(VideoCodec.Other, "0801", VideoPayloadStart.None)]
    [InlineData(VideoCodec.H264, "", VideoPayloadStart.None)]
    [InlineData(VideoCodec.Vp8, "", VideoPayloadStart.None)]
    public void Starts_are_seen(VideoCodec codec, string hex, VideoPayloadStart expected) =>
        Assert.Equal(expected, VideoPayload.Inspect(codec, Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));

    [Fact]
    public void A_vp8_descriptor_tells_picture_and_layer()
    {
        Assert.True(Vp8PayloadDescriptor.TryParse([0x90, 0xF0, 0x81, 0x12, 0x05, 0x40, 0x00], out var descriptor));
        Assert.Equal((6, 0x112, true, 5, 1), (descriptor.Length, descriptor.PictureId, descriptor.PictureIdIsLong, descriptor.Tl0PictureIndex, descriptor.TemporalLayer));
    }
}
