using System.Buffers.Binary;

namespace AfterSales.Video.Recording.Depacketizing;

/// <summary>H.264 (RFC 6184): single NAL units, STAP-A and FU-A, that is packetization modes 0 and 1. Frames come out as NAL units with 4-byte lengths.</summary>
public sealed class H264Format : IPayloadFormat
{
    private const int IdrSlice = 5;
    private const int Sps = 7;
    private const int StapA = 24;
    private const int FuA = 28;

    public PayloadMarks Inspect(ReadOnlySpan<byte> payload)
    {
        switch (payload[0] & 0x1F)
        {
            case StapA:
                return InspectAggregate(payload[1..]);
            case FuA when payload.Length > 2:
                // Only the fragment with the S bit shows the slice header.
                var flags = Unit(payload[1] & 0x1F, payload[2..]);
                return (payload[1] & 0x80) != 0 ? flags : flags & ~PayloadMarks.Start;
            case > 0 and < StapA when payload.Length > 1:
                return Unit(payload[0] & 0x1F, payload[1..]);
            default:
                return PayloadMarks.Malformed;
        }
    }

    public bool TryAppend(ReadOnlySpan<byte> payload, FrameBuffer frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return (payload[0] & 0x1F) switch
        {
            StapA => TryAppendAggregate(payload[1..], frame),
            FuA => TryAppendFragment(payload, frame),
            _ => !frame.IsUnitOpen && TryAppendUnit(payload, frame),
        };
    }

    private static PayloadMarks InspectAggregate(ReadOnlySpan<byte> units)
    {
        var (flags, first) = (PayloadMarks.None, true);
        while (TryTakeUnit(ref units, out var unit))
        {
            var found = Unit(unit[0] & 0x1F, unit[1..]);
            flags |= first ? found : found & ~PayloadMarks.Start;
            first = false;
        }

        return first || units.Length > 0 ? PayloadMarks.Malformed : flags;
    }

    /// <param name="body">What follows the NAL header; a slice begins with first_mb_in_slice, whose leading 1 bit means zero (§7.3.3 of H.264).</param>
    private static PayloadMarks Unit(int type, ReadOnlySpan<byte> body) => type switch
    {
        1 => SliceStart(body),
        IdrSlice => PayloadMarks.Key | SliceStart(body),
        6 or 9 => PayloadMarks.Start,
        Sps => PayloadMarks.Start | PayloadMarks.Parameters,
        _ => PayloadMarks.None,
    };

    private static PayloadMarks SliceStart(ReadOnlySpan<byte> body) =>
        body.Length > 0 && (body[0] & 0x80) != 0 ? PayloadMarks.Start : PayloadMarks.None;

    private static bool TryAppendAggregate(ReadOnlySpan<byte> units, FrameBuffer frame)
    {
        if (frame.IsUnitOpen)
            return false;
        while (TryTakeUnit(ref units, out var unit))
        {
            if (!TryAppendUnit(unit, frame))
                return false;
        }

        return units.IsEmpty;
    }

    private static bool TryAppendFragment(ReadOnlySpan<byte> payload, FrameBuffer frame)
    {
        if (payload.Length < 3)
            return false;
        var (starts, ends) = ((payload[1] & 0x80) != 0, (payload[1] & 0x40) != 0);
        // A fragment without its start is never joined to another unit.
        if (starts == frame.IsUnitOpen)
            return false;
        if (starts && !(frame.TryBeginUnit() && frame.TryAppend([(byte)((payload[0] & 0xE0) | (payload[1] & 0x1F))])))
            return false;
        if (!frame.TryAppend(payload[2..]))
            return false;
        if (ends)
            frame.EndUnit();
        return true;
    }

    private static bool TryAppendUnit(ReadOnlySpan<byte> unit, FrameBuffer frame)
    {
        if (!frame.TryBeginUnit() || !frame.TryAppend(unit))
            return false;
        frame.EndUnit();
        return true;
    }

    private static bool TryTakeUnit(ref ReadOnlySpan<byte> units, out ReadOnlySpan<byte> unit)
    {
        unit = default;
        if (units.Length < 3)
            return false;
        var size = BinaryPrimitives.ReadUInt16BigEndian(units);
        if (size == 0 || units.Length - 2 < size)
            return false;
        unit = units.Slice(2, size);
        units = units[(2 + size)..];
        return true;
    }
}
