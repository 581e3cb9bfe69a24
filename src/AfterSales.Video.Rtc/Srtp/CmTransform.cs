using System.Buffers.Binary;
using System.Security.Cryptography;
using AfterSales.Video.Native.OpenSsl;

namespace AfterSales.Video.Rtc.Srtp;

/// <summary>
/// AES_CM_128_HMAC_SHA1_80 (RFC 3711 §4.1.1, §4.2.1). SRTP: header | ciphertext | tag over both and the rollover counter.
/// SRTCP: first 8 bytes | ciphertext | E and index | tag over all before it.
/// </summary>
internal sealed class CmStream(SrtpStreamKeys keys) : IDisposable
{
    internal const int TagBytes = 10;
    internal const int RtpOverhead = TagBytes;
    internal const int RtcpOverhead = TagBytes + SrtcpIndex.Bytes;

    private readonly AesCtr _cipher = new(keys.Key);
    private readonly HmacSha1 _authentication = new(keys.Authentication);
    private readonly byte[] _salt = keys.Salt;

    internal void Transform(uint ssrc, long index, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        Span<byte> iv = stackalloc byte[AesCtr.IvBytes];
        WriteIv(_salt, ssrc, index, iv);
        _cipher.Transform(iv, source, destination);
    }

    internal void WriteTag(ReadOnlySpan<byte> covered, ReadOnlySpan<byte> appended, Span<byte> tag)
    {
        Span<byte> digest = stackalloc byte[HmacSha1.DigestBytes];
        _authentication.Compute(covered, appended, digest);
        digest[..TagBytes].CopyTo(tag);
    }

    internal bool IsAuthentic(ReadOnlySpan<byte> covered, ReadOnlySpan<byte> appended, ReadOnlySpan<byte> tag)
    {
        Span<byte> digest = stackalloc byte[HmacSha1.DigestBytes];
        _authentication.Compute(covered, appended, digest);
        return CryptographicOperations.FixedTimeEquals(digest[..TagBytes], tag);
    }

    /// <summary>(salt · 2^16) xor (SSRC · 2^64) xor (index · 2^16), RFC 3711 §4.1.1.</summary>
    private static void WriteIv(ReadOnlySpan<byte> salt, uint ssrc, long index, Span<byte> iv)
    {
        BinaryPrimitives.WriteUInt32BigEndian(iv, BinaryPrimitives.ReadUInt32BigEndian(salt));
        BinaryPrimitives.WriteUInt32BigEndian(iv[4..], BinaryPrimitives.ReadUInt32BigEndian(salt[4..]) ^ ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(iv[8..], BinaryPrimitives.ReadUInt32BigEndian(salt[8..]) ^ (uint)(index >> 16));
        BinaryPrimitives.WriteUInt16BigEndian(iv[12..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(salt[12..]) ^ index));
        iv[14..].Clear();
    }

    public void Dispose() => _cipher.Dispose();
}

internal sealed class CmProtector(SrtpSessionKeys keys) : SrtpProtector
{
    private readonly CmStream _rtp = new(keys.Rtp);
    private readonly CmStream _rtcp = new(keys.Rtcp);

    internal override int RtpOverhead => CmStream.RtpOverhead;
    internal override int RtcpOverhead => CmStream.RtcpOverhead;

    internal override void SealRtp(uint ssrc, long index, int headerLength, ReadOnlySpan<byte> payload, Span<byte> packet)
    {
        Span<byte> rolloverCounter = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(rolloverCounter, (uint)(index >> 16));
        var covered = packet[..^CmStream.TagBytes];
        _rtp.Transform(ssrc, index, payload, covered[headerLength..]);
        _rtp.WriteTag(covered, rolloverCounter, packet[^CmStream.TagBytes..]);
    }

    internal override void SealRtcp(uint ssrc, uint index, ReadOnlySpan<byte> packet, Span<byte> destination)
    {
        var covered = destination[..^CmStream.TagBytes];
        packet[..RtcpHeader.Bytes].CopyTo(covered);
        _rtcp.Transform(ssrc, index, packet[RtcpHeader.Bytes..], covered[RtcpHeader.Bytes..]);
        BinaryPrimitives.WriteUInt32BigEndian(covered[^SrtcpIndex.Bytes..], index | SrtcpIndex.EncryptedFlag);
        _rtcp.WriteTag(covered, [], destination[^CmStream.TagBytes..]);
    }

    public override void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }
}

internal sealed class CmUnprotector(SrtpSessionKeys keys) : SrtpUnprotector
{
    private readonly CmStream _rtp = new(keys.Rtp);
    private readonly CmStream _rtcp = new(keys.Rtcp);

    internal override int RtpOverhead => CmStream.RtpOverhead;
    internal override int RtcpOverhead => CmStream.RtcpOverhead;
    internal override int RtcpIndexFromEnd => CmStream.RtcpOverhead;

    internal override bool OpenRtp(uint ssrc, long index, int headerLength, Span<byte> packet)
    {
        Span<byte> rolloverCounter = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(rolloverCounter, (uint)(index >> 16));
        var covered = packet[..^CmStream.TagBytes];
        if (!_rtp.IsAuthentic(covered, rolloverCounter, packet[^CmStream.TagBytes..]))
            return false;
        _rtp.Transform(ssrc, index, covered[headerLength..], covered[headerLength..]);
        return true;
    }

    internal override bool OpenRtcp(uint ssrc, SrtcpIndex index, Span<byte> packet)
    {
        if (!_rtcp.IsAuthentic(packet[..^CmStream.TagBytes], [], packet[^CmStream.TagBytes..]))
            return false;
        var body = packet[RtcpHeader.Bytes..^CmStream.RtcpOverhead];
        if (index.IsEncrypted)
            _rtcp.Transform(ssrc, index.Value, body, body);
        return true;
    }

    public override void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }
}
