using System.Buffers.Binary;
using AfterSales.Video.Native.OpenSsl;

namespace AfterSales.Video.Rtc.Srtp;

/// <summary>
/// AEAD_AES_128_GCM (RFC 7714). SRTP: header | ciphertext | tag, the header being the associated data (§8, §9.1).
/// SRTCP: first 8 bytes | ciphertext | tag | E and index, associated data the first 8 bytes and that word (§9.2); with
/// E = 0 the whole packet and the word are associated data (§9.3).
/// </summary>
internal static class GcmLayout
{
    internal const int RtpOverhead = AesGcm.TagBytes;
    internal const int RtcpOverhead = AesGcm.TagBytes + SrtcpIndex.Bytes;

    /// <summary>(2 zero bytes | SSRC | 48-bit index) xor salt; for SRTCP the index is 31 bits wide (RFC 7714 §8.1, §9.1).</summary>
    internal static void WriteIv(ReadOnlySpan<byte> salt, uint ssrc, long index, Span<byte> iv)
    {
        BinaryPrimitives.WriteUInt16BigEndian(iv, BinaryPrimitives.ReadUInt16BigEndian(salt));
        BinaryPrimitives.WriteUInt32BigEndian(iv[2..], BinaryPrimitives.ReadUInt32BigEndian(salt[2..]) ^ ssrc);
        BinaryPrimitives.WriteUInt16BigEndian(iv[6..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(salt[6..]) ^ (index >> 32)));
        BinaryPrimitives.WriteUInt32BigEndian(iv[8..], BinaryPrimitives.ReadUInt32BigEndian(salt[8..]) ^ (uint)index);
    }
}

internal sealed class GcmProtector(SrtpSessionKeys keys) : SrtpProtector
{
    private readonly AesGcmSealer _rtp = new(keys.Rtp.Key);
    private readonly AesGcmSealer _rtcp = new(keys.Rtcp.Key);
    private readonly byte[] _rtpSalt = keys.Rtp.Salt;
    private readonly byte[] _rtcpSalt = keys.Rtcp.Salt;

    internal override int RtpOverhead => GcmLayout.RtpOverhead;
    internal override int RtcpOverhead => GcmLayout.RtcpOverhead;

    internal override void SealRtp(uint ssrc, long index, int headerLength, ReadOnlySpan<byte> payload, Span<byte> packet)
    {
        Span<byte> iv = stackalloc byte[AesGcm.IvBytes];
        GcmLayout.WriteIv(_rtpSalt, ssrc, index, iv);
        _rtp.Seal(iv, packet[..headerLength], payload, packet[headerLength..]);
    }

    internal override void SealRtcp(uint ssrc, uint index, ReadOnlySpan<byte> packet, Span<byte> destination)
    {
        Span<byte> iv = stackalloc byte[AesGcm.IvBytes];
        Span<byte> associated = stackalloc byte[RtcpHeader.Bytes + SrtcpIndex.Bytes];
        GcmLayout.WriteIv(_rtcpSalt, ssrc, index, iv);
        packet[..RtcpHeader.Bytes].CopyTo(associated);
        BinaryPrimitives.WriteUInt32BigEndian(associated[RtcpHeader.Bytes..], index | SrtcpIndex.EncryptedFlag);
        associated[..RtcpHeader.Bytes].CopyTo(destination);
        _rtcp.Seal(iv, associated, packet[RtcpHeader.Bytes..], destination[RtcpHeader.Bytes..]);
        associated[RtcpHeader.Bytes..].CopyTo(destination[^SrtcpIndex.Bytes..]);
    }

    public override void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }
}

internal sealed class GcmUnprotector(SrtpSessionKeys keys) : SrtpUnprotector
{
    private readonly AesGcmOpener _rtp = new(keys.Rtp.Key);
    private readonly AesGcmOpener _rtcp = new(keys.Rtcp.Key);
    private readonly byte[] _rtpSalt = keys.Rtp.Salt;
    private readonly byte[] _rtcpSalt = keys.Rtcp.Salt;

    internal override int RtpOverhead => GcmLayout.RtpOverhead;
    internal override int RtcpOverhead => GcmLayout.RtcpOverhead;
    internal override int RtcpIndexFromEnd => SrtcpIndex.Bytes;

    internal override bool OpenRtp(uint ssrc, long index, int headerLength, Span<byte> packet)
    {
        Span<byte> iv = stackalloc byte[AesGcm.IvBytes];
        GcmLayout.WriteIv(_rtpSalt, ssrc, index, iv);
        return _rtp.TryOpen(iv, packet[..headerLength], packet[headerLength..], packet[headerLength..]);
    }

    internal override bool OpenRtcp(uint ssrc, SrtcpIndex index, Span<byte> packet)
    {
        Span<byte> iv = stackalloc byte[AesGcm.IvBytes];
        GcmLayout.WriteIv(_rtcpSalt, ssrc, index.Value, iv);
        var body = packet[..^SrtcpIndex.Bytes];
        return index.IsEncrypted ? OpenEncrypted(iv, index, body) : OpenTagged(iv, index, body);
    }

    private bool OpenEncrypted(ReadOnlySpan<byte> iv, SrtcpIndex index, Span<byte> body)
    {
        Span<byte> associated = stackalloc byte[RtcpHeader.Bytes + SrtcpIndex.Bytes];
        body[..RtcpHeader.Bytes].CopyTo(associated);
        BinaryPrimitives.WriteUInt32BigEndian(associated[RtcpHeader.Bytes..], index.Word);
        return _rtcp.TryOpen(iv, associated, body[RtcpHeader.Bytes..], body[RtcpHeader.Bytes..]);
    }

    /// <summary>The index word is moved in front of the tag, to make the associated data one piece. The packet ends at the tag anyway.</summary>
    private bool OpenTagged(ReadOnlySpan<byte> iv, SrtcpIndex index, Span<byte> body)
    {
        Span<byte> tag = stackalloc byte[AesGcm.TagBytes];
        body[^AesGcm.TagBytes..].CopyTo(tag);
        var associated = body[..^(AesGcm.TagBytes - SrtcpIndex.Bytes)];
        BinaryPrimitives.WriteUInt32BigEndian(associated[^SrtcpIndex.Bytes..], index.Word);
        return _rtcp.TryOpen(iv, associated, tag, []);
    }

    public override void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }
}
