using System.Buffers.Binary;

namespace AfterSales.Video.Recording.Depacketizing;

/// <summary>Bytes of one frame under construction, reused from frame to frame.</summary>
public sealed class FrameBuffer
{
    /// <summary>Largest frame kept: a 4K key frame is far below it; more is an attack on memory.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    private byte[] _bytes = new byte[64 * 1024];
    private int _unitStart = -1;

    public int Length { get; private set; }

    /// <summary>True between the first and the last fragment of a NAL unit.</summary>
    public bool IsUnitOpen => _unitStart >= 0;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => (Length, _unitStart) = (0, -1);

    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        if (Length + bytes.Length > MaxLength)
            return false;
        if (Length + bytes.Length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(Length + bytes.Length, _bytes.Length * 2));
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
        return true;
    }

    /// <summary>Begins a NAL unit with a 4-byte length field to be filled in by <see cref="EndUnit"/>.</summary>
    public bool TryBeginUnit()
    {
        if (IsUnitOpen || !TryAppend([0, 0, 0, 0]))
            return false;
        _unitStart = Length;
        return true;
    }

    public void EndUnit()
    {
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(_unitStart - 4), Length - _unitStart);
        _unitStart = -1;
    }
}
