namespace AfterSales.Video.Rtc.Srtp;

/// <summary>Encrypts one direction. Stateless between packets: the index comes from outside.</summary>
internal abstract class SrtpProtector : IDisposable
{
    internal abstract int RtpOverhead { get; }
    internal abstract int RtcpOverhead { get; }

    /// <param name="index">48 bits: rollover counter and sequence number.</param>
    /// <param name="packet">Holds the header already, and room for payload and overhead behind it; exactly that long.</param>
    internal abstract void SealRtp(uint ssrc, long index, int headerLength, ReadOnlySpan<byte> payload, Span<byte> packet);

    /// <param name="index">31 bits.</param>
    /// <param name="destination">Exactly packet + overhead long.</param>
    internal abstract void SealRtcp(uint ssrc, uint index, ReadOnlySpan<byte> packet, Span<byte> destination);

    public abstract void Dispose();
}

/// <summary>Authenticates and decrypts one direction in place. False leaves the packet's bytes undefined.</summary>
internal abstract class SrtpUnprotector : IDisposable
{
    internal abstract int RtpOverhead { get; }
    internal abstract int RtcpOverhead { get; }

    internal abstract bool OpenRtp(uint ssrc, long index, int headerLength, Span<byte> packet);

    internal abstract bool OpenRtcp(uint ssrc, SrtcpIndex index, Span<byte> packet);

    /// <summary>Where the word with the E flag and the index stands, counted from the end of the packet.</summary>
    internal abstract int RtcpIndexFromEnd { get; }

    public abstract void Dispose();
}

/// <summary>The last word of an SRTCP packet before the tag or behind it: E flag and 31-bit index (RFC 3711 §3.4).</summary>
internal readonly record struct SrtcpIndex(uint Word)
{
    internal const int Bytes = 4;
    internal const uint EncryptedFlag = 0x8000_0000;
    internal bool IsEncrypted => (Word & EncryptedFlag) != 0;
    internal uint Value => Word & ~EncryptedFlag;
}
