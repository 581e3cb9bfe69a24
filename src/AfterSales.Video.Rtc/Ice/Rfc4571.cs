using System.Buffers.Binary;

namespace AfterSales.Video.Rtc.Ice;

public enum FrameReadStatus
{
    /// <summary>One frame was read.</summary>
    Frame,

    /// <summary>More bytes are needed.</summary>
    Incomplete,

    /// <summary>The stream cannot be trusted any more: close it.</summary>
    Broken,
}

/// <summary>Frames of RFC 4571 on an ICE-TCP stream: a 16-bit length, then that many bytes of STUN, DTLS or SRTP.</summary>
public static class Rfc4571
{
    public const int HeaderLength = 2;

    /// <summary>Nothing we take is longer than a datagram on an Ethernet path; a longer frame is a stranger.</summary>
    public const int MaxFrameLength = 2048;

    /// <summary>Reads the first frame of <paramref name="received"/>. Empty frames are legal and come out empty.</summary>
    /// <param name="received">What the stream holds so far.</param>
    /// <param name="frame">The frame's bytes.</param>
    /// <param name="consumed">How many bytes to drop; 0 unless the status is <see cref="FrameReadStatus.Frame"/>.</param>
    public static FrameReadStatus TryRead(ReadOnlySpan<byte> received, out ReadOnlySpan<byte> frame, out int consumed)
    {
        frame = default;
        consumed = 0;
        if (!BinaryPrimitives.TryReadUInt16BigEndian(received, out var length))
        {
            return FrameReadStatus.Incomplete;
        }

        if (length > MaxFrameLength)
        {
            return FrameReadStatus.Broken;
        }

        if (received.Length < HeaderLength + length)
        {
            return FrameReadStatus.Incomplete;
        }

        frame = received.Slice(HeaderLength, length);
        consumed = HeaderLength + length;
        return FrameReadStatus.Frame;
    }

    /// <summary>Writes the two bytes in front of a frame of this length.</summary>
    public static void WriteHeader(Span<byte> destination, int frameLength) =>
        BinaryPrimitives.WriteUInt16BigEndian(destination, checked((ushort)frameLength));
}
