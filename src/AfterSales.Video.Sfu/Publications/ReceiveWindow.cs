namespace AfterSales.Video.Sfu.Publications;

/// <summary>
/// Remembers which of the last 8,192 packets of a source arrived, so that everyone behind it sees each packet once: the
/// original and its retransmission travel in different SRTP streams, whose replay protection cannot know of each other.
/// 8,192 packets are 3 s of the fastest source we cap at, longer than the last retry.
/// </summary>
internal sealed class ReceiveWindow
{
    private const int Size = 8192;
    private readonly ulong[] _bits = new ulong[Size / 64];
    private long _highest;

    /// <summary>True the first time; false for a duplicate or for what is older than the window.</summary>
    public bool TryAccept(long sequence)
    {
        if (sequence > _highest)
        {
            Advance(sequence);
            return true;
        }
        if (_highest - sequence >= Size || IsSet(sequence))
            return false;
        Set(sequence);
        return true;
    }

    private void Advance(long sequence)
    {
        if (_highest == 0 || sequence - _highest >= Size)
        {
            Array.Clear(_bits);
        }
        else
        {
            Forget(_highest + 1, sequence);
        }
        _highest = sequence;
        Set(sequence);
    }

    /// <summary>A word at a time: a stranger's jumps of thousands cost him as much as us.</summary>
    private void Forget(long from, long to)
    {
        while (from < to)
        {
            var count = (int)Math.Min(64 - (from % 64), to - from);
            _bits[(from / 64) % _bits.Length] &= ~((ulong.MaxValue >> (64 - count)) << (int)(from % 64));
            from += count;
        }
    }

    private bool IsSet(long sequence) => (_bits[(sequence / 64) % _bits.Length] & (1UL << (int)(sequence % 64))) != 0;

    private void Set(long sequence) => _bits[(sequence / 64) % _bits.Length] |= 1UL << (int)(sequence % 64);
}
