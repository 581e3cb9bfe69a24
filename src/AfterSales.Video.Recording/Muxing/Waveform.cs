using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>waveform.json: how loud each voice is when, for the player's timeline.</summary>
internal sealed class Waveform(OutputFolder folder, PlayableFiles playable, Ffmpeg ffmpeg)
{
    private const int SampleRateHz = 8000;
    private const int MaxBuckets = 2000;
    private const double FinestSeconds = 0.05;

    public async Task<string> MakeAsync(CancellationToken ct)
    {
        var duration = playable.Timeline.DurationSeconds;
        var bucketSeconds = Math.Max(FinestSeconds, duration / MaxBuckets);
        var voices = new List<VoicePeaks>();
        foreach (var voice in playable.Voices)
        {
            var peaks = new PeakMeter((int)(bucketSeconds * SampleRateHz), (int)Math.Ceiling(duration / bucketSeconds));
            var made = await ffmpeg.RunAsync(
                new ToolRun(folder.Path, [.. Ffmpeg.Input("mov", voice.File), "-ac", "1", "-ar", $"{SampleRateHz}", "-f", "s16le", "pipe:1"]) { OnData = peaks.Take }, ct);
            if (!made.Succeeded)
                return $"waveform.json: {made.Message}";
            voices.Add(new VoicePeaks(voice.Name, voice.ParticipantId, voice.Role, peaks.Peaks));
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(new WaveformDocument(1, bucketSeconds, voices), WaveformJson.Default.WaveformDocument);
        await folder.WriteAsync("waveform.json", "waveform", "application/json", json, ct);
        return "";
    }

    private sealed class PeakMeter(int samplesPerBucket, int buckets)
    {
        private readonly byte[] _halfSample = new byte[2];
        private bool _hasHalf;
        private long _samples;

        public int[] Peaks { get; } = new int[buckets];

        public void Take(ReadOnlySpan<byte> bytes)
        {
            if (_hasHalf)
            {
                _halfSample[1] = bytes[0];
                Add(MemoryMarshal.Cast<byte, short>(_halfSample));
                bytes = bytes[1..];
            }

            _hasHalf = (bytes.Length & 1) != 0;
            if (_hasHalf)
                _halfSample[0] = bytes[^1];
            Add(MemoryMarshal.Cast<byte, short>(bytes[..(bytes.Length & ~1)]));
        }

        private void Add(ReadOnlySpan<short> samples)
        {
            foreach (var sample in samples)
            {
                var bucket = _samples++ / samplesPerBucket;
                if (bucket < Peaks.Length)
                    Peaks[bucket] = Math.Max(Peaks[bucket], Math.Min(255, Math.Abs((int)sample) >> 7));
            }
        }
    }
}

internal sealed record WaveformDocument(int Version, double BucketSeconds, IReadOnlyList<VoicePeaks> Voices);

/// <param name="Peaks">0 to 255 of full scale.</param>
internal sealed record VoicePeaks(string Name, string ParticipantId, string Role, IReadOnlyList<int> Peaks);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(WaveformDocument))]
internal sealed partial class WaveformJson : JsonSerializerContext;
