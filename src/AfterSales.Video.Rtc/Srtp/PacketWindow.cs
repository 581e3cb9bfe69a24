using System.Runtime.CompilerServices;

namespace AfterSales.Video.Rtc.Srtp;

/// <summary>
/// The indices of one SSRC seen or sent: 48 bits for SRTP (rollover counter and sequence number), 31 for SRTCP.
/// <see cref="Mark"/> is the only member that changes anything, and is called for authenticated packets only.
/// </summary>
internal sealed class PacketWindow
{
    /// <summary>
    /// In packets. RFC 3711 §3.3.2 asks for 64, our rules for 128. A key frame at 2 Mbit/s and a late retransmission behind
    /// it already span some 300 packets; 1,024 costs 128 bytes per SSRC and never throws a late packet away.
    /// </summary>
    internal const int Packets = 1024;

    private const int BitsPerWord = 64;
    private Words _seen;

    /// <summary>-1 before the first packet.</summary>
    internal long Highest { get; private set; } = -1;

    /// <summary>
    /// The index a sequence number most likely means (RFC 3711 §3.3.1, appendix A): of the three rollover counters the one
    /// that puts it nearest to the highest index. Negative for a packet from before the first one's rollover.
    /// </summary>
    internal long Estimate(ushort sequenceNumber)
    {
        if (Highest < 0)
            return sequenceNumber;
        const int half = 1 << 15;
        var highestSequence = (ushort)Highest;
        var rollover = Highest >> 16;
        if (highestSequence < half)
            rollover -= sequenceNumber - highestSequence > half ? 1 : 0;
        else
            rollover += highestSequence - half > sequenceNumber ? 1 : 0;
        return (rollover << 16) + sequenceNumber;
    }

    /// <summary>Not seen before, and not too old to know.</summary>
    internal bool IsFresh(long index) =>
        index > Highest || (index >= 0 && index > Highest - Packets && (_seen[WordOf(index)] & BitOf(index)) == 0);

    internal void Mark(long index)
    {
        if (index > Highest)
        {
            ForgetUpTo(index);
            Highest = index;
        }
        _seen[WordOf(index)] |= BitOf(index);
    }

    /// <summary>Clears the bits of the indices between the old highest and the new one, which reuse those of the oldest.</summary>
    private void ForgetUpTo(long index)
    {
        if (index - Highest >= Packets)
        {
            _seen = default;
            return;
        }
        // A word at a time: who jumps far with every packet must not cost more than who does not.
        for (var skipped = Highest + 1; skipped <= index;)
        {
            var count = (int)Math.Min(BitsPerWord - (skipped % BitsPerWord), index + 1 - skipped);
            _seen[WordOf(skipped)] &= ~((ulong.MaxValue >> (BitsPerWord - count)) << (int)(skipped % BitsPerWord));
            skipped += count;
        }
    }

    private static int WordOf(long index) => (int)((index & (Packets - 1)) / BitsPerWord);

    private static ulong BitOf(long index) => 1UL << (int)(index & (BitsPerWord - 1));

    [InlineArray(Packets / BitsPerWord)]
    private struct Words
    {
        private ulong _first;
    }
}

/// <summary>The windows of one direction, one per SSRC, at most <see cref="SrtpSession.MaxSources"/>.</summary>
internal sealed class SourceTable
{
    private readonly uint[] _ssrcs = new uint[SrtpSession.MaxSources];
    private readonly PacketWindow[] _windows = new PacketWindow[SrtpSession.MaxSources];

    internal int Count { get; private set; }
    internal bool IsFull => Count == SrtpSession.MaxSources;

    internal PacketWindow? Find(uint ssrc)
    {
        var position = _ssrcs.AsSpan(0, Count).IndexOf(ssrc);
        return position < 0 ? null : _windows[position];
    }

    /// <summary>No SSRC is ever taken out again: with its window the protection against replaying it would go.</summary>
    internal PacketWindow Add(uint ssrc)
    {
        var window = new PacketWindow();
        _ssrcs[Count] = ssrc;
        _windows[Count++] = window;
        return window;
    }
}
