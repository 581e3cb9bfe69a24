using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Recording.Journal;

/// <summary>
/// Writes records of recordings-schema/journal/v1 §5 one after the other into a buffer. A record is 4 bytes of head (type, flags,
/// body length) and the body. Allocates nothing; when a record does not fit nothing is written.
/// </summary>
internal struct RecordWriter(byte[] buffer, int start, int capacity)
{
    public const int HeadLength = 4;

    /// <summary>Body of an RTP record before the packet.</summary>
    public const int RtpPrefix = 10;
    public const int SenderReportLength = HeadLength + 30;
    public const int GapLength = HeadLength + 28;

    /// <summary>Body of a STILL before its strings: time, size, SHA-256.</summary>
    public const int StillPrefix = 8 + 4 + 32;
    public const byte RecoveredFlag = 1;

    /// <summary>On TRACK_STARTED: said again after a gap or in a new file.</summary>
    public const byte RepeatedFlag = 1;

    public int Length { get; private set; }
    public int Records { get; private set; }

    public readonly int Free => capacity - Length;

    public bool Rtp(ushort trackId, long timeNs, bool recovered, ReadOnlySpan<byte> packet)
    {
        if (!TryBegin(RecordType.Rtp, recovered ? RecoveredFlag : (byte)0, RtpPrefix + packet.Length, out var body))
            return false;
        WriteTrackAndTime(body, trackId, timeNs);
        packet.CopyTo(body[RtpPrefix..]);
        return true;
    }

    public bool SenderReport(ushort trackId, long timeNs, ulong ntp, uint rtp, uint packets, uint octets)
    {
        if (!TryBegin(RecordType.SenderReport, 0, SenderReportLength - HeadLength, out var body))
            return false;
        WriteTrackAndTime(body, trackId, timeNs);
        BinaryPrimitives.WriteUInt64LittleEndian(body[10..], ntp);
        BinaryPrimitives.WriteUInt32LittleEndian(body[18..], rtp);
        BinaryPrimitives.WriteUInt32LittleEndian(body[22..], packets);
        BinaryPrimitives.WriteUInt32LittleEndian(body[26..], octets);
        return true;
    }

    public bool TrackStarted(in TapTrack track, long timeNs, bool repeated = false)
    {
        var codec = track.Codec;
        var length = 22 + StringLength(track.ParticipantId) + StringLength(track.Role) + StringLength(track.Source)
            + StringLength(codec.Name) + StringLength(codec.FormatParameters);
        if (!TryBegin(RecordType.TrackStarted, repeated ? RepeatedFlag : (byte)0, length, out var body))
            return false;
        WriteTrackAndTime(body, track.TrackId, timeNs);
        BinaryPrimitives.WriteUInt32LittleEndian(body[10..], track.Ssrc);
        body[14] = track.Kind == MediaKind.Video ? (byte)1 : (byte)0;
        body[15] = codec.PayloadType;
        BinaryPrimitives.WriteInt32LittleEndian(body[16..], codec.ClockRateHz);
        BinaryPrimitives.WriteUInt16LittleEndian(body[20..], (ushort)codec.Channels);
        var rest = WriteString(body[22..], track.ParticipantId);
        rest = WriteString(rest, track.Role);
        rest = WriteString(rest, track.Source);
        rest = WriteString(rest, codec.Name);
        WriteString(rest, codec.FormatParameters);
        return true;
    }

    public bool TrackEnded(ushort trackId, long timeNs)
    {
        if (!TryBegin(RecordType.TrackEnded, 0, 10, out var body))
            return false;
        WriteTrackAndTime(body, trackId, timeNs);
        return true;
    }

    public bool RoomEvent(in TapRoomEvent roomEvent, long timeNs)
    {
        var length = 8 + StringLength(roomEvent.Kind) + StringLength(roomEvent.ParticipantId) + StringLength(roomEvent.Role) + StringLength(roomEvent.Detail);
        if (!TryBegin(RecordType.RoomEvent, 0, length, out var body))
            return false;
        BinaryPrimitives.WriteInt64LittleEndian(body, timeNs);
        var rest = WriteString(body[8..], roomEvent.Kind);
        rest = WriteString(rest, roomEvent.ParticipantId);
        rest = WriteString(rest, roomEvent.Role);
        WriteString(rest, roomEvent.Detail);
        return true;
    }

    /// <summary>Event, Paused, Resumed and End share this shape: a time and strings.</summary>
    public bool Text(RecordType type, byte flags, long timeNs, string first, string second)
    {
        if (!TryBegin(type, flags, 8 + StringLength(first) + StringLength(second), out var body))
            return false;
        BinaryPrimitives.WriteInt64LittleEndian(body, timeNs);
        WriteString(WriteString(body[8..], first), second);
        return true;
    }

    public bool Gap(long fromNs, long toNs, uint packets, ulong bytes, string reason)
    {
        if (!TryBegin(RecordType.Gap, 0, GapLength - HeadLength + StringLength(reason), out var body))
            return false;
        BinaryPrimitives.WriteInt64LittleEndian(body, fromNs);
        BinaryPrimitives.WriteInt64LittleEndian(body[8..], toNs);
        BinaryPrimitives.WriteUInt32LittleEndian(body[16..], packets);
        BinaryPrimitives.WriteUInt64LittleEndian(body[20..], bytes);
        WriteString(body[28..], reason);
        return true;
    }

    /// <summary>The digest is written beside the image, so that whoever reads the record can name the photo without its bytes.</summary>
    public bool Still(in RecordedStill still, long timeNs)
    {
        var length = StillPrefix + StringLength(still.ParticipantId) + StringLength(still.Role) + StringLength(still.Source) + StringLength(still.ContentType) + still.Image.Length;
        if (!TryBegin(RecordType.Still, 0, length, out var body))
            return false;
        BinaryPrimitives.WriteInt64LittleEndian(body, timeNs);
        BinaryPrimitives.WriteUInt16LittleEndian(body[8..], still.Width);
        BinaryPrimitives.WriteUInt16LittleEndian(body[10..], still.Height);
        SHA256.HashData(still.Image.Span, body[12..]);
        var rest = WriteString(body[StillPrefix..], still.ParticipantId);
        rest = WriteString(rest, still.Role);
        rest = WriteString(rest, still.Source);
        rest = WriteString(rest, still.ContentType);
        still.Image.Span.CopyTo(rest);
        return true;
    }

    private bool TryBegin(RecordType type, byte flags, int length, out Span<byte> body)
    {
        body = default;
        if (length > ushort.MaxValue || HeadLength + length > Free)
            return false;
        var record = buffer.AsSpan(start + Length, HeadLength + length);
        record[0] = (byte)type;
        record[1] = flags;
        BinaryPrimitives.WriteUInt16LittleEndian(record[2..], (ushort)length);
        body = record[HeadLength..];
        Length += record.Length;
        Records++;
        return true;
    }

    private static void WriteTrackAndTime(Span<byte> body, ushort trackId, long timeNs)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(body, trackId);
        BinaryPrimitives.WriteInt64LittleEndian(body[2..], timeNs);
    }

    private static int StringLength(string text) => 2 + Encoding.UTF8.GetByteCount(text);

    private static Span<byte> WriteString(Span<byte> destination, string text)
    {
        var length = Encoding.UTF8.GetBytes(text, destination[2..]);
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)length);
        return destination[(2 + length)..];
    }
}
