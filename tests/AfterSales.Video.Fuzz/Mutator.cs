using System.Buffers.Binary;

namespace AfterSales.Video.Fuzz;

/// <summary>Changes seeds in the ways parsers tend to break on. The same seed gives the same inputs in the same order.</summary>
public sealed class Mutator(int seed, IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> dictionary)
{
    /// <summary>The limits of SECURITY.md are stated for this much input.</summary>
    public const int MaxLength = 65536;

    private static readonly byte[] Interesting = [0, 1, 0x7F, 0x80, 0xFE, 0xFF, 0x0A, 0x0D, 0x20, 0x3A, 0x3D, 0x2F];
    private static readonly ushort[] InterestingLengths = [0, 1, 2, 3, 4, 7, 8, 0x7F, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFC, 0xFFFF];
    private readonly Random _random = new(seed);
    private readonly byte[] _buffer = new byte[MaxLength];
    private int _length;

    /// <summary>The next input; valid until the next call.</summary>
    public ReadOnlySpan<byte> Next()
    {
        var origin = seeds[_random.Next(seeds.Count)];
        _length = Math.Min(origin.Length, MaxLength);
        origin.AsSpan(0, _length).CopyTo(_buffer);
        for (var steps = 1 + _random.Next(1 << _random.Next(4)); steps > 0; steps--)
        {
            Mutate();
        }

        return _buffer.AsSpan(0, _length);
    }

    private void Mutate()
    {
        if (_length == 0)
        {
            Insert(RandomBytes());
            return;
        }

        switch (_random.Next(11))
        {
            case 0: _buffer[Position()] ^= (byte)(1 << _random.Next(8)); break;
            case 1: _buffer[Position()] = Interesting[_random.Next(Interesting.Length)]; break;
            case 2: _buffer[Position()] = (byte)_random.Next(256); break;
            case 3: _length = _random.Next(_length + 1); break;
            case 4: Insert(RandomBytes()); break;
            case 5: Remove(Position(), 1 + _random.Next(1 << _random.Next(8))); break;
            case 6: Repeat(); break;
            case 7: Splice(); break;
            case 8: WriteLength(); break;
            case 9: UseWord(); break;
            default: _buffer[Position()] += (byte)(_random.Next(35) - 17); break;
        }
    }

    private int Position() => _random.Next(_length);

    private byte[] RandomBytes()
    {
        var bytes = new byte[1 + _random.Next(1 << _random.Next(7))];
        _random.NextBytes(bytes);
        return bytes;
    }

    private void Insert(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, MaxLength - _length)];
        var at = _random.Next(_length + 1);
        _buffer.AsSpan(at, _length - at).CopyTo(_buffer.AsSpan(at + bytes.Length));
        bytes.CopyTo(_buffer.AsSpan(at));
        _length += bytes.Length;
    }

    private void Remove(int at, int count)
    {
        count = Math.Min(count, _length - at);
        _buffer.AsSpan(at + count, _length - at - count).CopyTo(_buffer.AsSpan(at));
        _length -= count;
    }

    /// <summary>Long repetitions find what is not linear.</summary>
    private void Repeat()
    {
        var at = Position();
        var piece = _buffer.AsSpan(at, Math.Min(1 + _random.Next(1 << _random.Next(9)), _length - at)).ToArray();
        for (var times = 1 + _random.Next(1 << _random.Next(8)); times > 0; times--)
        {
            Insert(piece);
        }
    }

    private void Splice()
    {
        var other = seeds[_random.Next(seeds.Count)];
        var from = _random.Next(other.Length + 1);
        var keep = _random.Next(_length + 1);
        var tail = other.AsSpan(from, Math.Min(other.Length - from, MaxLength - keep));
        tail.CopyTo(_buffer.AsSpan(keep));
        _length = keep + tail.Length;
    }

    private void WriteLength()
    {
        if (_length >= 2)
        {
            var value = InterestingLengths[_random.Next(InterestingLengths.Length)];
            BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(_random.Next(_length - 1)), value);
        }
    }

    private void UseWord()
    {
        if (dictionary.Count == 0)
        {
            return;
        }

        var word = dictionary[_random.Next(dictionary.Count)];
        if (_random.Next(2) == 0)
        {
            Insert(word);
            return;
        }

        var at = Position();
        word.AsSpan(0, Math.Min(word.Length, _length - at)).CopyTo(_buffer.AsSpan(at));
    }
}
