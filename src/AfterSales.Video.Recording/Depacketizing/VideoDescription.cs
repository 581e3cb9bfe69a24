using System.Buffers.Binary;

namespace AfterSales.Video.Recording.Depacketizing;

/// <summary>What a container must know about a video track before its first frame.</summary>
/// <param name="CodecPrivate">avcC for H.264, empty otherwise.</param>
/// <param name="Codecs">RFC 6381 string, for example "avc1.42e01f".</param>
internal sealed record VideoDescription(int Width, int Height, byte[] CodecPrivate, string Codecs)
{
    /// <summary>True when frames of one can follow frames of the other without telling the decoder.</summary>
    public bool IsSameAs(VideoDescription other) => (Width, Height, Codecs) == (other.Width, other.Height, other.Codecs) && CodecPrivate.AsSpan().SequenceEqual(other.CodecPrivate);

    /// <summary>Reads a key frame as the container stores it. False when it does not say its size.</summary>
    public static bool TryRead(string codec, ReadOnlySpan<byte> keyFrame, out VideoDescription description)
    {
        description = null!;
        return codec.ToUpperInvariant() switch
        {
            "H264" => TryReadH264(keyFrame, out description),
            "VP8" => TryReadVp8(keyFrame, out description),
            "VP9" => TryReadVp9(keyFrame, out description),
            _ => false,
        };
    }

    private static ReadOnlySpan<byte> Vp8StartCode => [0x9D, 0x01, 0x2A];

    /// <summary>RFC 6386 §9.1.</summary>
    private static bool TryReadVp8(ReadOnlySpan<byte> frame, out VideoDescription description)
    {
        description = null!;
        if (frame.Length < 10 || (frame[0] & 1) != 0 || !frame[3..].StartsWith(Vp8StartCode))
            return false;
        description = new VideoDescription(
            BinaryPrimitives.ReadUInt16LittleEndian(frame[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(frame[8..]) & 0x3FFF, [], "vp8");
        return true;
    }

    /// <summary>VP9 bitstream specification §6.2, key frames only.</summary>
    private static bool TryReadVp9(ReadOnlySpan<byte> frame, out VideoDescription description)
    {
        description = null!;
        var bits = new BitReader(frame);
        if (bits.Bits(2) != 2)
            return false;
        var profile = bits.Bit() | bits.Bit() << 1;
        if (profile == 3 && bits.Bit() != 0)
            return false;
        // show_existing_frame, frame_type (0 is a key frame), show_frame, error_resilient_mode, then the sync code.
        if (bits.Bit() != 0 || bits.Bit() != 0 || bits.Bits(2) < 0 || bits.Bits(24) != 0x498342)
            return false;
        if (profile >= 2)
            bits.Bit();
        if (bits.Bits(3) == 7)
            bits.Bits(profile is 1 or 3 ? 1 : 0);
        else
            bits.Bits(profile is 1 or 3 ? 4 : 1);
        var (width, height) = (bits.Bits(16) + 1, bits.Bits(16) + 1);
        description = new VideoDescription(width, height, [], $"vp09.{profile:00}.{Vp9Level(width * (long)height)}.08");
        return !bits.Overrun;
    }

    /// <summary>The lowest level whose picture size holds it (VP9 levels, webmproject.org/vp9/levels).</summary>
    private static int Vp9Level(long lumaSamples) => lumaSamples switch
    {
        <= 36_864 => 10,
        <= 73_728 => 11,
        <= 122_880 => 20,
        <= 245_760 => 21,
        <= 552_960 => 30,
        <= 983_040 => 31,
        <= 2_228_224 => 40,
        _ => 50,
    };

    private static bool TryReadH264(ReadOnlySpan<byte> frame, out VideoDescription description)
    {
        description = null!;
        ReadOnlySpan<byte> sps = default;
        ReadOnlySpan<byte> pps = default;
        while (frame.Length > 4)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(frame);
            if (length <= 0 || length > frame.Length - 4)
                return false;
            var unit = frame.Slice(4, length);
            if (sps.IsEmpty && (unit[0] & 0x1F) == 7)
                sps = unit;
            if (pps.IsEmpty && (unit[0] & 0x1F) == 8)
                pps = unit;
            frame = frame[(4 + length)..];
        }

        if (sps.Length < 4 || sps.Length > ushort.MaxValue || pps.IsEmpty || pps.Length > ushort.MaxValue || !H264Sps.TryReadSize(sps, out var width, out var height))
            return false;
        description = new VideoDescription(width, height, AvcConfiguration(sps, pps), $"avc1.{sps[1]:x2}{sps[2]:x2}{sps[3]:x2}");
        return true;
    }

    /// <summary>AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1) with 4-byte NAL lengths.</summary>
    private static byte[] AvcConfiguration(ReadOnlySpan<byte> sps, ReadOnlySpan<byte> pps) =>
    [
        1, sps[1], sps[2], sps[3], 0xFF, 0xE1, (byte)(sps.Length >> 8), (byte)sps.Length, .. sps,
        1, (byte)(pps.Length >> 8), (byte)pps.Length, .. pps,
        // High profiles say chroma format and depth again (4:2:0, 8 bit is all WebRTC sends).
        .. sps[1] is 100 or 110 or 122 or 144 ? new byte[] { 0xFD, 0xF8, 0xF8, 0 } : [],
    ];
}
