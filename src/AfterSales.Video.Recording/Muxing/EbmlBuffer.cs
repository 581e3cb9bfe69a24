using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>Writes EBML elements (RFC 8794) into growing memory.</summary>
internal sealed class EbmlBuffer
{
    private readonly ArrayBufferWriter<byte> _bytes = new(64 * 1024);

    public int Length => _bytes.WrittenCount;
    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void Clear() => _bytes.ResetWrittenCount();

    public EbmlBuffer Unsigned(uint id, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        var used = Math.Max(1, 8 - System.Numerics.BitOperations.LeadingZeroCount(value) / 8);
        return Binary(id, bytes[(8 - used)..]);
    }

    public EbmlBuffer Float(uint id, double value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        return Binary(id, bytes);
    }

    /// <summary>Eight bytes always, so that it can be written again in place.</summary>
    public EbmlBuffer Fixed(uint id, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return Binary(id, bytes);
    }

    public EbmlBuffer Text(uint id, string value) => Binary(id, Encoding.UTF8.GetBytes(value));

    public EbmlBuffer Master(uint id, EbmlBuffer content) => Binary(id, content.Written);

    public EbmlBuffer Binary(uint id, ReadOnlySpan<byte> content)
    {
        Id(id);
        Size(content.Length);
        _bytes.Write(content);
        return this;
    }

    /// <summary>SimpleBlock (RFC 9559 §10.2) without lacing.</summary>
    public void SimpleBlock(int track, short relativeTime, bool isKey, ReadOnlySpan<byte> frame)
    {
        Id(0xA3);
        Size(4 + frame.Length);
        var head = _bytes.GetSpan(4);
        head[0] = (byte)(0x80 | track);
        BinaryPrimitives.WriteInt16BigEndian(head[1..], relativeTime);
        head[3] = isKey ? (byte)0x80 : (byte)0;
        _bytes.Advance(4);
        _bytes.Write(frame);
    }

    /// <summary>Element head with an 8-byte size.</summary>
    public void Head(uint id, long size)
    {
        Id(id);
        var bytes = _bytes.GetSpan(8);
        BinaryPrimitives.WriteInt64BigEndian(bytes, size);
        bytes[0] |= 0x01;
        _bytes.Advance(8);
    }

    private void Id(uint id)
    {
        var length = id > 0xFFFFFF ? 4 : id > 0xFFFF ? 3 : id > 0xFF ? 2 : 1;
        var bytes = _bytes.GetSpan(4);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, id << (8 * (4 - length)));
        _bytes.Advance(length);
    }

    private void Size(int size)
    {
        var bytes = _bytes.GetSpan(4);
        if (size < 0x7F)
        {
            bytes[0] = (byte)(0x80 | size);
            _bytes.Advance(1);
            return;
        }

        // Four bytes hold 2^28 - 2; no frame or cluster comes near (FrameBuffer.MaxLength).
        BinaryPrimitives.WriteInt32BigEndian(bytes, size | 0x10000000);
        _bytes.Advance(4);
    }
}
