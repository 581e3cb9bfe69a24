namespace AfterSales.Video.Rtc.Rtp;

/// <summary>
/// Reads RFC 8285 header extensions, one-byte (0xBEDE) and two-byte (0x100x) form. A malformed element ends the reading: what
/// came before it stands. Other profiles read as empty.
/// </summary>
public readonly ref struct HeaderExtensionReader
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly byte _headerSize;

    public HeaderExtensionReader(ushort profile, ReadOnlySpan<byte> data)
    {
        _headerSize = profile == 0xBEDE ? (byte)1 : (profile & 0xFFF0) == 0x1000 ? (byte)2 : (byte)0;
        _data = _headerSize == 0 ? default : data;
    }

    /// <summary>Finds the first element with this id. Id 0 means "not negotiated" and is never found.</summary>
    public bool TryGet(byte id, out ReadOnlySpan<byte> value)
    {
        if (id != 0)
        {
            foreach (var element in this)
            {
                if (element.Id == id)
                {
                    value = element.Value;
                    return true;
                }
            }
        }
        value = default;
        return false;
    }

    public Enumerator GetEnumerator() => new(_data, _headerSize);

    public readonly ref struct Element(byte id, ReadOnlySpan<byte> value)
    {
        public byte Id { get; } = id;
        public ReadOnlySpan<byte> Value { get; } = value;
    }

    public ref struct Enumerator(ReadOnlySpan<byte> data, byte headerSize)
    {
        private ReadOnlySpan<byte> _rest = data;

        public Element Current { get; private set; }

        public bool MoveNext()
        {
            // A zero byte is padding between elements in both forms.
            var skip = _rest.IndexOfAnyExcept((byte)0);
            if (skip < 0)
                return false;
            _rest = _rest[skip..];
            if (_rest.Length < headerSize)
                return false;
            byte id;
            int length;
            if (headerSize == 1)
            {
                id = (byte)(_rest[0] >> 4);
                length = (_rest[0] & 0x0F) + 1;
                // RFC 8285 §4.2: 15 is reserved and stops the processing; 0 with a length is malformed.
                if (id is 0 or 15)
                    return false;
            }
            else
            {
                id = _rest[0];
                length = _rest[1];
            }
            if (_rest.Length < headerSize + length)
                return false;
            Current = new Element(id, _rest.Slice(headerSize, length));
            _rest = _rest[(headerSize + length)..];
            return true;
        }
    }
}
