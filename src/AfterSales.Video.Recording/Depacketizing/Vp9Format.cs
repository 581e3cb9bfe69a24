namespace AfterSales.Video.Recording.Depacketizing;

/// <summary>VP9 (RFC 9628 §4.2): the descriptor is taken off, the layer frames of one picture joined in order.</summary>
public sealed class Vp9Format : IPayloadFormat
{
    public PayloadMarks Inspect(ReadOnlySpan<byte> payload)
    {
        if (!TryReadDescriptor(payload, out var length, out var spatialLayer) || length >= payload.Length)
            return PayloadMarks.Malformed;
        if ((payload[0] & 0x08) == 0 || spatialLayer != 0)
            return PayloadMarks.None;
        // B with P clear: the picture refers to nothing before it.
        return (payload[0] & 0x40) == 0 ? PayloadMarks.Start | PayloadMarks.Key | PayloadMarks.Parameters : PayloadMarks.Start;
    }

    public bool TryAppend(ReadOnlySpan<byte> payload, FrameBuffer frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return TryReadDescriptor(payload, out var length, out _) && length < payload.Length && frame.TryAppend(payload[length..]);
    }

    /// <summary>I, P, L, F, B, E, V, Z bits and what each brings.</summary>
    private static bool TryReadDescriptor(ReadOnlySpan<byte> payload, out int length, out int spatialLayer)
    {
        (length, spatialLayer) = (1, 0);
        if (payload.IsEmpty)
            return false;
        var bits = payload[0];
        if ((bits & 0x80) != 0)
        {
            if (payload.Length <= length)
                return false;
            length += (payload[length] & 0x80) != 0 ? 2 : 1;
        }

        if ((bits & 0x20) != 0)
        {
            if (payload.Length <= length)
                return false;
            spatialLayer = payload[length] >> 1 & 0x07;
            // TL0PICIDX follows only in non-flexible mode.
            length += (bits & 0x10) == 0 ? 2 : 1;
        }

        if ((bits & 0x50) == 0x50 && !TrySkipReferences(payload, ref length))
            return false;
        return ((bits & 0x02) == 0 || TrySkipScalability(payload, ref length)) && length <= payload.Length;
    }

    /// <summary>Up to three P_DIFF bytes; N says that another follows.</summary>
    private static bool TrySkipReferences(ReadOnlySpan<byte> payload, ref int length)
    {
        for (var i = 0; i < 3; i++)
        {
            if (payload.Length <= length)
                return false;
            if ((payload[length++] & 0x01) == 0)
                return true;
        }

        return true;
    }

    private static bool TrySkipScalability(ReadOnlySpan<byte> payload, ref int length)
    {
        if (payload.Length <= length)
            return false;
        var head = payload[length++];
        if ((head & 0x10) != 0)
            length += 4 * ((head >> 5) + 1);
        if ((head & 0x08) == 0)
            return true;
        if (payload.Length <= length)
            return false;
        var pictures = payload[length++];
        for (var i = 0; i < pictures; i++)
        {
            if (payload.Length <= length)
                return false;
            var references = payload[length] >> 2 & 0x03;
            length += 1 + references;
        }

        return true;
    }
}
