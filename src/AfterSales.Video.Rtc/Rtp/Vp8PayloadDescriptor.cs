namespace AfterSales.Video.Rtc.Rtp;

/// <summary>VP8 payload descriptor (RFC 7741 §4.2) and the first bit of the payload header (§4.3).</summary>
public readonly struct Vp8PayloadDescriptor
{
    /// <summary>Bytes before the VP8 data.</summary>
    public int Length { get; private init; }

    /// <summary>S: the packet starts a partition.</summary>
    public bool StartsPartition { get; private init; }
    public byte PartitionIndex { get; private init; }

    /// <summary>N: the frame is referenced by nothing.</summary>
    public bool NonReference { get; private init; }

    /// <summary>7 or 15 bits; −1 when absent.</summary>
    public int PictureId { get; private init; }

    /// <summary>True for 15 bits.</summary>
    public bool PictureIdIsLong { get; private init; }

    /// <summary>−1 when absent.</summary>
    public int Tl0PictureIndex { get; private init; }

    /// <summary>−1 when absent.</summary>
    public int TemporalLayer { get; private init; }

    /// <summary>First packet of a key frame.</summary>
    public bool IsKeyFrameStart { get; private init; }

    /// <summary>False when the payload ends before the descriptor and one byte of data.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out Vp8PayloadDescriptor descriptor)
    {
        descriptor = default;
        if (payload.Length < 2)
            return false;
        var first = payload[0];
        var index = 1;
        var pictureId = -1;
        var longId = false;
        var tl0 = -1;
        var layer = -1;
        if ((first & 0x80) != 0)
        {
            var extension = payload[index++];
            if ((extension & 0x80) != 0 && !TryReadPictureId(payload, ref index, out pictureId, out longId))
                return false;
            if ((extension & 0x40) != 0 && !TryReadByte(payload, ref index, out tl0))
                return false;
            if ((extension & 0x30) != 0)
            {
                if (!TryReadByte(payload, ref index, out var tidAndKey))
                    return false;
                if ((extension & 0x20) != 0)
                    layer = tidAndKey >> 6;
            }
        }
        if (payload.Length <= index)
            return false;
        var starts = (first & 0x10) != 0;
        var partition = (byte)(first & 0x0F);
        descriptor = new Vp8PayloadDescriptor
        {
            Length = index,
            StartsPartition = starts,
            PartitionIndex = partition,
            NonReference = (first & 0x20) != 0,
            PictureId = pictureId,
            PictureIdIsLong = longId,
            Tl0PictureIndex = tl0,
            TemporalLayer = layer,
            // P is inverse: 0 marks a key frame; the payload header exists only at the start of the first partition.
            IsKeyFrameStart = starts && partition == 0 && (payload[index] & 0x01) == 0,
        };
        return true;
    }

    private static bool TryReadPictureId(ReadOnlySpan<byte> payload, ref int index, out int pictureId, out bool isLong)
    {
        isLong = false;
        if (!TryReadByte(payload, ref index, out pictureId))
            return false;
        if ((pictureId & 0x80) == 0)
            return true;
        isLong = true;
        if (!TryReadByte(payload, ref index, out var low))
            return false;
        pictureId = ((pictureId & 0x7F) << 8) | low;
        return true;
    }

    private static bool TryReadByte(ReadOnlySpan<byte> payload, ref int index, out int value)
    {
        value = -1;
        if (index >= payload.Length)
            return false;
        value = payload[index++];
        return true;
    }
}
