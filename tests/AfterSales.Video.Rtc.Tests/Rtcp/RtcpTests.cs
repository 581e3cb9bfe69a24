using AfterSales.Video.Rtc.Rtcp;

namespace AfterSales.Video.Rtc.Tests.Rtcp;

public sealed class RtcpTests
{
    [Fact]
    public void A_compound_of_everything_reads_back()
    {
        var writer = new RtcpWriter(new byte[1200]);
        var block = new ReportBlock(5, 64, -3, 0x0001_0203, 77, 0xAABB_CCDD, 65536);
        Assert.True(writer.TryWriteSenderReport(new SenderReport(1, 0x0102_0304_0506_0708, 90_000, 10, 1000), [block]));
        Assert.True(writer.TryWriteCname(1, "cafe"u8));
        Assert.True(writer.TryWriteReceiverReport(2, [block, block with { Ssrc = 6, CumulativeLost = 70_000 }]));
        Assert.True(writer.TryWriteNack(2, 5, [10, 11, 26, 27, 65535, 3]));
        Assert.True(writer.TryWritePli(2, 5));
        Assert.True(writer.TryWriteFir(2, 5, 9));
        Assert.True(writer.TryWriteRemb(2, 2_500_000, [5, 6]));
        Assert.True(writer.TryWriteBye([1, 2]));
        var seen = 0;
        foreach (var part in new RtcpCompoundReader(writer.Written))
        {
            seen++;
            switch (part.Type, part.Count)
            {
                case (RtcpType.SenderReport, _):
                    Assert.True(SenderReport.TryParse(part, out var sender, out var blocks));
                    Assert.Equal(new SenderReport(1, 0x0102_0304_0506_0708, 90_000, 10, 1000), sender);
                    Assert.True(blocks.MoveNext());
                    Assert.Equal(block, blocks.Current);
                    Assert.False(blocks.MoveNext());
                    break;
                case (RtcpType.ReceiverReport, _):
                    Assert.True(ReceiverReport.TryParse(part, out var ssrc, out blocks));
                    Assert.Equal(2u, ssrc);
                    Assert.True(blocks.MoveNext() && blocks.MoveNext());
                    Assert.Equal(70_000, blocks.Current.CumulativeLost);
                    break;
                case (RtcpType.SourceDescription, _):
                    Assert.True(SourceDescription.TryGetCname(part, 1, out var name));
                    Assert.Equal("cafe"u8.ToArray(), name.ToArray());
                    Assert.False(SourceDescription.TryGetCname(part, 2, out _));
                    break;
                case (RtcpType.TransportFeedback, RtcpFormat.Nack):
                    Assert.True(NackReader.TryParse(part, out var nack));
                    var lost = new List<ushort>();
                    while (nack.MoveNext())
                        lost.Add(nack.Current);
                    Assert.Equal([(ushort)10, (ushort)11, (ushort)26, (ushort)27, (ushort)65535, (ushort)3], lost);
                    break;
                case (RtcpType.PayloadFeedback, RtcpFormat.Pli):
                    Assert.True(KeyFrameRequest.TryParsePli(part, out var media));
                    Assert.Equal(5u, media);
                    break;
                case (RtcpType.PayloadFeedback, RtcpFormat.Fir):
                    Assert.True(KeyFrameRequest.TryParseFir(part, out var entries));
                    Assert.Equal((1, 5u, 9), (entries, KeyFrameRequest.FirSourceAt(part, 0), KeyFrameRequest.FirSequenceAt(part, 0)));
                    break;
                case (RtcpType.PayloadFeedback, RtcpFormat.ApplicationLayer):
                    Assert.True(Remb.TryParse(part, out var bitrate, out var sources));
                    Assert.InRange(bitrate, 2_499_980, 2_500_000);
                    Assert.Equal((2, 6u), (sources, Remb.SourceAt(part, 1)));
                    break;
                case (RtcpType.Bye, _):
                    Assert.True(Bye.TryParse(part, out var leaving));
                    Assert.Equal((2, 2u), (leaving, Bye.SourceAt(part, 1)));
                    break;
            }
        }
        Assert.Equal(8, seen);
    }

    [Fact]
    public void What_does_not_fit_is_not_written()
    {
        var writer = new RtcpWriter(new byte[20]);
        Assert.True(writer.TryWritePli(1, 2));
        Assert.False(writer.TryWritePli(1, 2));
        Assert.Equal(12, writer.Length);
        Assert.False(writer.TryWriteNack(1, 2, []));
    }

    [Theory]
    [InlineData("80C9")]
    [InlineData("80C90002 00000001")]
    [InlineData("40C90001 00000001")]
    [InlineData("A0C90001 00000000")]
    public void A_compound_that_lies_ends(string hex)
    {
        var reader = new RtcpCompoundReader(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        Assert.False(reader.MoveNext());
        Assert.True(reader.IsMalformed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(299_999)]
    [InlineData(1L << 40)]
    [InlineData(long.MaxValue)]
    public void Remb_keeps_eighteen_bits(long bitrate)
    {
        var writer = new RtcpWriter(new byte[40]);
        Assert.True(writer.TryWriteRemb(1, bitrate, [1]));
        var reader = new RtcpCompoundReader(writer.Written);
        Assert.True(reader.MoveNext());
        Assert.True(Remb.TryParse(reader.Current, out var read, out _));
        Assert.InRange(read, bitrate - (bitrate >> 17), bitrate);
    }
}
