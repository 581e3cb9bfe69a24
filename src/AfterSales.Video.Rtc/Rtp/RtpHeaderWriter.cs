using System.Buffers.Binary;

namespace AfterSales.Video.Rtc.Rtp;

/// <summary>Builds an RTP header with one-byte extensions (RFC 8285 §4.2) in a caller's buffer, which must hold <see cref="MaxLength"/> bytes.</summary>
public ref struct RtpHeaderWriter
{
    /// <summary>Fixed header, extension header, and room for six elements of 16 bytes.</summary>
    public const int MaxLength = 12 + 4 + (6 * 17) + 2;

    private readonly Span<byte> _destination;
    private int _length;

    public RtpHeaderWriter(Span<byte> destination, byte payloadType, bool marker, ushort sequenceNumber, uint timestamp, uint ssrc)
    {
        _destination = destination;
        destination[0] = 0x80;
        destination[1] = (byte)((payloadType & 0x7F) | (marker ? 0x80 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], sequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], ssrc);
        _length = RtpPacketView.FixedHeaderLength;
    }

    /// <summary>Adds one element of 1 to 16 bytes. Id 0 (not negotiated) adds nothing.</summary>
    /// <returns>Offset of the value in the destination, −1 when nothing was added.</returns>
    public int AddExtension(byte id, scoped ReadOnlySpan<byte> value)
    {
        if (id is 0 or > 14 || value.Length is 0 or > 16)
            return -1;
        if (_length == RtpPacketView.FixedHeaderLength)
        {
            _destination[0] |= 0x10;
            BinaryPrimitives.WriteUInt16BigEndian(_destination[_length..], 0xBEDE);
            _length += 4;
        }
        _destination[_length] = (byte)((id << 4) | (value.Length - 1));
        value.CopyTo(_destination[(_length + 1)..]);
        var offset = _length + 1;
        _length = offset + value.Length;
        return offset;
    }

    public int AddExtension(byte id, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return AddExtension(id, bytes);
    }

    /// <summary>24-bit value, as absolute send time needs it.</summary>
    public int AddExtension24(byte id, uint value) =>
        AddExtension(id, [(byte)(value >> 16), (byte)(value >> 8), (byte)value]);

    /// <summary>Pads the extensions to 32 bits and closes the header.</summary>
    /// <returns>Length of the header in bytes.</returns>
    public int Finish()
    {
        if (_length == RtpPacketView.FixedHeaderLength)
            return _length;
        while (_length % 4 != 0)
            _destination[_length++] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(_destination[(RtpPacketView.FixedHeaderLength + 2)..], (ushort)((_length - RtpPacketView.FixedHeaderLength - 4) / 4));
        return _length;
    }
}
