using System.Globalization;
using AfterSales.Video.Recording.Depacketizing;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>
/// What a decoder must know before a track's first fragment: ftyp and moov of a fragmented MP4 with one track (ISO/IEC 14496-12; CMAF, 23000-19 §7).
/// </summary>
internal sealed class InitSegment
{
    public const int VideoTimescale = 90_000;
    public const int AudioTimescale = 48_000;
    private readonly BoxBuffer _to = new();
    private readonly VideoDescription? _video;

    private InitSegment(VideoDescription? video) => _video = video;

    public static ReadOnlySpan<byte> OfVideo(VideoDescription video) => new InitSegment(video).Write();

    public static ReadOnlySpan<byte> OfOpus() => new InitSegment(null).Write();

    private ReadOnlySpan<byte> Write()
    {
        var type = _to.Open("ftyp"u8);
        _to.Bytes("iso6"u8).U32(0).Bytes("iso6"u8).Bytes("cmfc"u8).Bytes("mp41"u8);
        _to.Close(type);
        var movie = _to.Open("moov"u8);
        var head = _to.Open("mvhd"u8, 0, 0);
        _to.U32(0).U32(0).U32(1000).U32(0).U32(0x00010000).U16(0x0100).Zeros(10);
        WriteMatrix();
        _to.Zeros(24).U32(2);
        _to.Close(head);
        WriteTrack();
        var extends = _to.Open("mvex"u8);
        var defaults = _to.Open("trex"u8, 0, 0);
        _to.U32(1).U32(1).U32(0).U32(0).U32(0);
        _to.Close(defaults);
        _to.Close(extends);
        _to.Close(movie);
        return _to.Written;
    }

    private void WriteTrack()
    {
        var track = _to.Open("trak"u8);
        // Enabled, in movie, in preview.
        var head = _to.Open("tkhd"u8, 0, 7);
        _to.U32(0).U32(0).U32(1).U32(0).U32(0).Zeros(8).U16(0).U16(0).U16(_video is null ? 0x0100 : 0).U16(0);
        WriteMatrix();
        _to.U32((long)(_video?.Width ?? 0) << 16).U32((long)(_video?.Height ?? 0) << 16);
        _to.Close(head);
        var media = _to.Open("mdia"u8);
        var mediaHead = _to.Open("mdhd"u8, 0, 0);
        // 0x55C4: language "und".
        _to.U32(0).U32(0).U32(_video is null ? AudioTimescale : VideoTimescale).U32(0).U16(0x55C4).U16(0);
        _to.Close(mediaHead);
        var handler = _to.Open("hdlr"u8, 0, 0);
        _to.U32(0).Bytes(_video is null ? "soun"u8 : "vide"u8).Zeros(12).Text("AfterSales.Video");
        _to.Close(handler);
        WriteMediaFacts();
        _to.Close(media);
        _to.Close(track);
    }

    private void WriteMediaFacts()
    {
        var facts = _to.Open("minf"u8);
        var head = _video is null ? _to.Open("smhd"u8, 0, 0) : _to.Open("vmhd"u8, 0, 1);
        _to.Zeros(_video is null ? 4 : 8);
        _to.Close(head);
        var data = _to.Open("dinf"u8);
        var references = _to.Open("dref"u8, 0, 0);
        _to.U32(1);
        // Flag 1: in this file.
        _to.Close(_to.Open("url "u8, 0, 1));
        _to.Close(references);
        _to.Close(data);
        var table = _to.Open("stbl"u8);
        WriteDescription();
        WriteEmptyTables();
        _to.Close(table);
        _to.Close(facts);
    }

    private void WriteDescription()
    {
        var description = _to.Open("stsd"u8, 0, 0);
        _to.U32(1);
        if (_video is null)
            WriteOpusEntry();
        else
            WriteVideoEntry(_video);
        _to.Close(description);
    }

    /// <summary>Samples are in fragments only.</summary>
    private void WriteEmptyTables()
    {
        WriteEmptyTable("stts"u8, 4);
        WriteEmptyTable("stsc"u8, 4);
        WriteEmptyTable("stsz"u8, 8);
        WriteEmptyTable("stco"u8, 4);
    }

    private void WriteEmptyTable(ReadOnlySpan<byte> type, int zeros)
    {
        var table = _to.Open(type, 0, 0);
        _to.Zeros(zeros);
        _to.Close(table);
    }

    private void WriteVideoEntry(VideoDescription video)
    {
        var isVp9 = video.CodecPrivate.Length == 0;
        var entry = _to.Open(isVp9 ? "vp09"u8 : "avc1"u8);
        _to.Zeros(6).U16(1).Zeros(16).U16(video.Width).U16(video.Height).U32(0x00480000).U32(0x00480000).U32(0).U16(1).Zeros(32).U16(0x18).U16(0xFFFF);
        if (isVp9)
        {
            WriteVp9Configuration(video.Codecs.Split('.'));
        }
        else
        {
            var configuration = _to.Open("avcC"u8);
            _to.Bytes(video.CodecPrivate);
            _to.Close(configuration);
        }

        _to.Close(entry);
    }

    /// <summary>VP Codec ISO Media File Format Binding §"VP Codec Configuration Box". 4:2:0, 8 bit, BT.709: all that WebRTC sends.</summary>
    private void WriteVp9Configuration(string[] codecs)
    {
        var configuration = _to.Open("vpcC"u8, 1, 0);
        _to.U8(int.Parse(codecs[1], CultureInfo.InvariantCulture)).U8(int.Parse(codecs[2], CultureInfo.InvariantCulture))
            .U8(8 << 4 | 1 << 1).U8(1).U8(1).U8(1).U16(0);
        _to.Close(configuration);
    }

    /// <summary>Encapsulation of Opus in ISOBMFF §4.3: stereo, 48 kHz, no pre-skip, because the stream is joined in the middle.</summary>
    private void WriteOpusEntry()
    {
        var entry = _to.Open("Opus"u8);
        _to.Zeros(6).U16(1).Zeros(8).U16(2).U16(16).U32(0).U32((long)AudioTimescale << 16);
        var specific = _to.Open("dOps"u8);
        _to.U8(0).U8(2).U16(0).U32(AudioTimescale).U16(0).U8(0);
        _to.Close(specific);
        _to.Close(entry);
    }

    private void WriteMatrix() => _to.U32(0x00010000).Zeros(12).U32(0x00010000).Zeros(12).U32(0x40000000);
}
