using System.Buffers.Binary;
using System.Text;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Recording.Journal;

/// <summary>Walks the records of one block. Never throws on bytes: a record that does not add up ends the walk with <see cref="Malformed"/>.</summary>
public ref struct RecordReader(ReadOnlySpan<byte> payload)
{
    private readonly ReadOnlySpan<byte> _payload = payload;
    private int _next;

    public bool Malformed { get; private set; }
    public RecordType Type { get; private set; }
    public byte Flags { get; private set; }

    /// <summary>Body of the current record.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Where the body begins in the block's payload.</summary>
    public int BodyOffset { get; private set; }

    public bool Read()
    {
        if (Malformed || _next == _payload.Length)
            return false;
        var left = _payload[_next..];
        if (left.Length < RecordWriter.HeadLength || left.Length - RecordWriter.HeadLength < BinaryPrimitives.ReadUInt16LittleEndian(left[2..]))
        {
            Malformed = true;
            return false;
        }

        (Type, Flags, BodyOffset) = ((RecordType)left[0], left[1], _next + RecordWriter.HeadLength);
        Body = left.Slice(RecordWriter.HeadLength, BinaryPrimitives.ReadUInt16LittleEndian(left[2..]));
        _next = BodyOffset + Body.Length;
        return true;
    }

    public readonly bool TryGetRtp(out ushort trackId, out long timeNs, out bool recovered, out ReadOnlySpan<byte> packet)
    {
        packet = default;
        recovered = (Flags & RecordWriter.RecoveredFlag) != 0;
        if (!TryGetTrackAndTime(RecordType.Rtp, RecordWriter.RtpPrefix, out trackId, out timeNs))
            return false;
        packet = Body[RecordWriter.RtpPrefix..];
        return true;
    }

    public readonly bool TryGetSenderReport(out ushort trackId, out SenderReportRecord report)
    {
        report = default;
        if (!TryGetTrackAndTime(RecordType.SenderReport, 30, out trackId, out var timeNs))
            return false;
        report = new SenderReportRecord(
            timeNs, BinaryPrimitives.ReadUInt64LittleEndian(Body[10..]), BinaryPrimitives.ReadUInt32LittleEndian(Body[18..]),
            BinaryPrimitives.ReadUInt32LittleEndian(Body[22..]), BinaryPrimitives.ReadUInt32LittleEndian(Body[26..]));
        return true;
    }

    public readonly bool TryGetTrackStarted(out TapTrack track, out long timeNs)
    {
        track = default;
        if (!TryGetTrackAndTime(RecordType.TrackStarted, 22, out var trackId, out timeNs))
            return false;
        var rest = Body[22..];
        if (!TryReadString(ref rest, out var participant) || !TryReadString(ref rest, out var role) || !TryReadString(ref rest, out var source)
            || !TryReadString(ref rest, out var codecName) || !TryReadString(ref rest, out var format))
            return false;
        var codec = new NegotiatedCodec
        {
            Name = codecName,
            PayloadType = Body[15],
            ClockRateHz = BinaryPrimitives.ReadInt32LittleEndian(Body[16..]),
            Channels = BinaryPrimitives.ReadUInt16LittleEndian(Body[20..]),
            FormatParameters = format,
        };
        track = new TapTrack(
            trackId, participant, role, source, Body[14] == 1 ? MediaKind.Video : MediaKind.Audio, codec, BinaryPrimitives.ReadUInt32LittleEndian(Body[10..]));
        return true;
    }

    public readonly bool TryGetTrackEnded(out ushort trackId, out long timeNs) => TryGetTrackAndTime(RecordType.TrackEnded, 10, out trackId, out timeNs);

    public readonly bool TryGetRoomEvent(out TapRoomEvent roomEvent, out long timeNs)
    {
        (roomEvent, timeNs) = (default, 0);
        if (Type != RecordType.RoomEvent || Body.Length < 8)
            return false;
        timeNs = BinaryPrimitives.ReadInt64LittleEndian(Body);
        var rest = Body[8..];
        if (!TryReadString(ref rest, out var kind) || !TryReadString(ref rest, out var participant)
            || !TryReadString(ref rest, out var role) || !TryReadString(ref rest, out var detail))
            return false;
        roomEvent = new TapRoomEvent(kind, participant, role, detail);
        return true;
    }

    /// <summary>Event (kind, JSON), Paused (reason, ""), Resumed ("", "") and End (reason, JSON of counts).</summary>
    public readonly bool TryGetText(out long timeNs, out string first, out string second)
    {
        (timeNs, first, second) = (0, "", "");
        if (Type is not (RecordType.Event or RecordType.Paused or RecordType.Resumed or RecordType.End) || Body.Length < 8)
            return false;
        timeNs = BinaryPrimitives.ReadInt64LittleEndian(Body);
        var rest = Body[8..];
        return TryReadString(ref rest, out first) && TryReadString(ref rest, out second);
    }

    public readonly bool TryGetGap(out long fromNs, out long toNs, out uint packets, out ulong bytes) => TryGetGap(out fromNs, out toNs, out packets, out bytes, out _);

    /// <param name="reason">"disk_slow", "disk_refused", "sync_failed" or "video_off".</param>
    public readonly bool TryGetGap(out long fromNs, out long toNs, out uint packets, out ulong bytes, out string reason)
    {
        (fromNs, toNs, packets, bytes, reason) = (0, 0, 0, 0, "");
        if (Type != RecordType.Gap || Body.Length < RecordWriter.GapLength - RecordWriter.HeadLength)
            return false;
        fromNs = BinaryPrimitives.ReadInt64LittleEndian(Body);
        toNs = BinaryPrimitives.ReadInt64LittleEndian(Body[8..]);
        packets = BinaryPrimitives.ReadUInt32LittleEndian(Body[16..]);
        bytes = BinaryPrimitives.ReadUInt64LittleEndian(Body[20..]);
        var rest = Body[28..];
        return rest.IsEmpty || TryReadString(ref rest, out reason);
    }

    /// <param name="image">Valid as long as the payload.</param>
    public readonly bool TryGetStill(out StillRecord still, out ReadOnlySpan<byte> image)
    {
        still = default;
        image = default;
        if (Type != RecordType.Still || Body.Length < RecordWriter.StillPrefix)
            return false;
        var rest = Body[RecordWriter.StillPrefix..];
        if (!TryReadString(ref rest, out var participant) || !TryReadString(ref rest, out var role)
            || !TryReadString(ref rest, out var source) || !TryReadString(ref rest, out var contentType))
            return false;
        still = new StillRecord(
            BinaryPrimitives.ReadInt64LittleEndian(Body), participant, role, source, contentType, BinaryPrimitives.ReadUInt16LittleEndian(Body[8..]),
            BinaryPrimitives.ReadUInt16LittleEndian(Body[10..]), Convert.ToHexStringLower(Body.Slice(12, 32)));
        image = rest;
        return true;
    }

    private readonly bool TryGetTrackAndTime(RecordType type, int minimum, out ushort trackId, out long timeNs)
    {
        (trackId, timeNs) = (0, 0);
        if (Type != type || Body.Length < minimum)
            return false;
        trackId = BinaryPrimitives.ReadUInt16LittleEndian(Body);
        timeNs = BinaryPrimitives.ReadInt64LittleEndian(Body[2..]);
        return true;
    }

    private static bool TryReadString(ref ReadOnlySpan<byte> rest, out string text)
    {
        text = "";
        if (rest.Length < 2 || rest.Length - 2 < BinaryPrimitives.ReadUInt16LittleEndian(rest))
            return false;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        // Invalid UTF-8 decodes to U+FFFD and does not throw.
        text = Encoding.UTF8.GetString(rest.Slice(2, length));
        rest = rest[(2 + length)..];
        return true;
    }
}

/// <param name="TimeNs">Arrival, nanoseconds since the recording began.</param>
/// <param name="Ntp">Sender's clock, 32.32 fixed point since 1900 (RFC 3550 §4).</param>
public readonly record struct SenderReportRecord(long TimeNs, ulong Ntp, uint Rtp, uint Packets, uint Octets);

/// <param name="TimeNs">When the server had it, nanoseconds since the recording began.</param>
/// <param name="Sha256">Lower-case hex, as written; of the image.</param>
public readonly record struct StillRecord(
    long TimeNs, string ParticipantId, string Role, string Source, string ContentType, int Width, int Height, string Sha256);
