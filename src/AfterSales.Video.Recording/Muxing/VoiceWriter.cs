using AfterSales.Video.Recording.Depacketizing;
using AfterSales.Video.Recording.Timeline;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>
/// One person's Opus packets copied into a fragmented MP4 without a hole: a player stalls in a hole. What nobody sent is silence; where the sender's
/// sampling clock and the timeline drift apart, a packet is left out or silence put in, where it is quiet when there is time for that.
/// </summary>
internal sealed class VoiceWriter : IDisposable
{
    /// <summary>10 ms at 48 kHz: worth a correction in a quiet place.</summary>
    private const int SoftSamples = 480;

    /// <summary>20 ms, a packet: corrected at once. Speech and lips part at 40 ms.</summary>
    private const int HardSamples = 960;
    private const int LongSilence = 960;
    private const int ShortSilence = 120;
    private readonly FragmentedMp4 _file;
    private readonly (long Offset, int Length) _init;
    private long _cursor;
    private long _silent;
    private double _averageLength = 40;

    public VoiceWriter(string name, TimelineTrack track, string folder, long expectedNs)
    {
        (Name, Track) = (name, track);
        _file = new FragmentedMp4(Path.Combine(folder, $"{FileName}.part"), InitSegment.AudioTimescale);
        _init = _file.BeginRun(InitSegment.OfOpus(), 0);
        _file.ReserveIndex((int)(expectedNs / 4_000_000_000) + 16);
    }

    public string Name { get; }
    public TimelineTrack Track { get; }
    public string FileName => $"{Name}.mp4";

    public void Write(in TimedFrame frame, ReadOnlySpan<byte> packet)
    {
        var length = OpusFormat.Samples(packet);
        if (length == 0)
            return;
        var ahead = frame.TimeNs * 6 / 125_000 - _cursor;
        var isQuiet = packet.Length * 2 <= _averageLength;
        _averageLength += (packet.Length - _averageLength) / 50;
        if (ahead >= HardSamples || (ahead >= SoftSamples && (isQuiet || frame.AfterLoss)))
            WriteSilence(ahead);
        else if (-ahead >= HardSamples || (-ahead >= SoftSamples && isQuiet))
            return;
        Add(packet, length);
    }

    /// <summary>Silence up to the recording's end.</summary>
    public void Finish(long durationNs)
    {
        WriteSilence(durationNs * 6 / 125_000 - _cursor);
        _file.Finish(_cursor);
    }

    public VoiceDocument Describe() => new(
        Name, Track.ParticipantId, Track.Role, FileName, $"{Name}.m3u8", "audio/mp4; codecs=\"opus\"", Seconds(_silent), _init.Offset, _init.Length,
        [.. _file.Fragments.Select(f => new SegmentDocument(0, f.Offset, f.Length, Seconds(f.Ticks), Seconds(f.Duration), f.StartsWithKey))]);

    public void Dispose() => _file.Dispose();

    /// <summary>CELT frames of 20 and 2.5 ms whose silence flag is set (RFC 6716 §4.3).</summary>
    private void WriteSilence(long samples)
    {
        for (; samples >= ShortSilence; samples -= samples >= LongSilence ? LongSilence : ShortSilence)
        {
            var isLong = samples >= LongSilence;
            _silent += isLong ? LongSilence : ShortSilence;
            Add(isLong ? [0xF8, 0xFF, 0xFE] : [0xE0, 0xFF, 0xFE], isLong ? LongSilence : ShortSilence);
        }
    }

    private void Add(ReadOnlySpan<byte> packet, int length)
    {
        _file.Add(_cursor, isKey: true, packet);
        _cursor += length;
    }

    private static double Seconds(long samples) => samples / (double)InitSegment.AudioTimescale;
}
