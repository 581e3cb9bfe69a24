using AfterSales.Video.Server.Features.Stills;

namespace AfterSales.Video.Server.IntegrationTests;

public sealed class JpegHeaderTests
{
    private const int EndOfFrameHeader = 27;

    [Theory]
    [InlineData(640, 480)]
    [InlineData(64, 1280)]
    public void The_size_of_a_photo_is_read_from_its_frame_header_and_from_nothing_shorter(int width, int height)
    {
        var photo = StillTests.Photo(width, height, 600);
        for (var length = 0; length < EndOfFrameHeader; length++)
            Assert.False(JpegHeader.TryRead(photo.AsSpan(0, length), out _, out _));
        Assert.True(JpegHeader.TryRead(photo.AsSpan(0, EndOfFrameHeader), out var readWidth, out var readHeight));
        Assert.Equal((width, height), (readWidth, readHeight));
    }
}
