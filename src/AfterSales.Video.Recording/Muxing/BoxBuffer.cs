using System.Buffers.Binary;
using System.Text;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>Writes ISO base media boxes (ISO/IEC 14496-12) into growing memory, big-endian.</summary>
internal sealed class BoxBuffer
{
    private byte[] _bytes = new byte[64 * 1024];

    public int Length { get; private set; }
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <returns>What <see cref="Close"/> wants.</returns>
    public int Open(ReadOnlySpan<byte> type)
    {
        var at = Length;
        U32(0).Bytes(type);
        return at;
    }

    public int Open(ReadOnlySpan<byte> type, byte version, uint flags)
    {
        var at = Open(type);
        U32((uint)version << 24 | flags);
        return at;
    }

    public void Close(int at) => Patch(at, (uint)(Length - at));

    public void Patch(int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(at), value);

    public BoxBuffer U8(int value)
    {
        Take(1)[0] = (byte)value;
        return this;
    }

    public BoxBuffer U16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Take(2), (ushort)value);
        return this;
    }

    public BoxBuffer U32(long value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Take(4), (uint)value);
        return this;
    }

    public BoxBuffer U64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(Take(8), value);
        return this;
    }

    public BoxBuffer Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Take(bytes.Length));
        return this;
    }

    public BoxBuffer Zeros(int count)
    {
        Take(count).Clear();
        return this;
    }

    /// <summary>Zero-terminated.</summary>
    public BoxBuffer Text(string text) => Bytes(Encoding.UTF8.GetBytes(text)).U8(0);

    private Span<byte> Take(int count)
    {
        if (Length + count > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(Length + count, _bytes.Length * 2));
        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }
}
