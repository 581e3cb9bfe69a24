using System.Buffers.Binary;

namespace AfterSales.Video.Rtc.Rtp;

/// <summary>H.264 payloads (RFC 6184 §5.6-5.8): single NAL unit, STAP-A and FU-A.</summary>
public static class H264Payload
{
    public const int IdrSlice = 5;
    public const int SequenceParameterSet = 7;
    public const int PictureParameterSet = 8;
    public const int StapA = 24;
    public const int FuA = 28;

    public static VideoPayloadStart Inspect(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
            return VideoPayloadStart.None;
        return (payload[0] & 0x1F) switch
        {
            StapA => InspectAggregate(payload[1..]),
            FuA => payload.Length > 1 && (payload[1] & 0x80) != 0 ? StartOf(payload[1] & 0x1F) : VideoPayloadStart.None,
            var type => StartOf(type),
        };
    }

    private static VideoPayloadStart InspectAggregate(ReadOnlySpan<byte> units)
    {
        var starts = VideoPayloadStart.None;
        while (units.Length > 2)
        {
            var size = BinaryPrimitives.ReadUInt16BigEndian(units);
            if (size == 0 || units.Length < 2 + size)
                break;
            starts |= StartOf(units[2] & 0x1F);
            units = units[(2 + size)..];
        }
        return starts;
    }

    private static VideoPayloadStart StartOf(int nalType) => nalType switch
    {
        SequenceParameterSet => VideoPayloadStart.KeyFrame,
        IdrSlice => VideoPayloadStart.IdrSlice,
        _ => VideoPayloadStart.None,
    };
}
