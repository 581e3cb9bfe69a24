namespace AfterSales.Video.Recording.Depacketizing;

/// <summary>Reads bits most significant first; past the end it gives zeros and remembers.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    public readonly bool Overrun => _position > _bytes.Length * 8;

    public int Bit()
    {
        var index = _position++;
        return index < _bytes.Length * 8 ? _bytes[index >> 3] >> (7 - (index & 7)) & 1 : 0;
    }

    public int Bits(int count)
    {
        var value = 0;
        for (var i = 0; i < count; i++)
            value = value << 1 | Bit();
        return value;
    }

    /// <summary>ue(v) of H.264 §9.1; at most 31 leading zeros.</summary>
    public int Unsigned()
    {
        var zeros = 0;
        while (zeros < 31 && !Overrun && Bit() == 0)
            zeros++;
        return (1 << zeros) - 1 + (zeros == 0 ? 0 : Bits(zeros));
    }

    /// <summary>se(v).</summary>
    public int Signed()
    {
        var code = Unsigned();
        return (code & 1) != 0 ? (code + 1) / 2 : -code / 2;
    }
}
