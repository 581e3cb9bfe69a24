using System.Text.Json;
using System.Text.Json.Serialization;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>playback.json (recordings-schema/playback/v1): what a player plays and where its bytes are. Times in seconds of playback.</summary>
internal sealed record PlaybackDocument(
    int Version, string RecordingId, DateTimeOffset OriginUtc, double DurationSeconds, string? Master, IReadOnlyList<PictureDocument> Pictures,
    IReadOnlyList<VoiceDocument> Voices)
{
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, PlaybackJson.Default.PlaybackDocument);
}

/// <param name="Kind">"hls" or "webm".</param>
internal sealed record PictureDocument(
    string Name, string ParticipantId, string Role, string Source, string Kind, string File, string? Playlist, double FromSeconds, double ToSeconds,
    IReadOnlyList<PictureRunDocument> Runs, IReadOnlyList<SegmentDocument> Segments);

/// <param name="Reason">"start", "size", "codec" or "rejoin".</param>
/// <param name="InitOffset">Null in a WebM file.</param>
internal sealed record PictureRunDocument(
    string Codec, string MimeType, int Width, int Height, double FromSeconds, double ToSeconds, string Reason, long? InitOffset, int? InitLength);

/// <param name="Key">False when it goes on where the one before it ended.</param>
internal sealed record SegmentDocument(int Run, long Offset, int Length, double FromSeconds, double DurationSeconds, bool Key);

/// <param name="SilenceSeconds">How much of it is silence that nobody sent.</param>
internal sealed record VoiceDocument(
    string Name, string ParticipantId, string Role, string File, string Playlist, string MimeType, double SilenceSeconds, long InitOffset, int InitLength,
    IReadOnlyList<SegmentDocument> Segments);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(PlaybackDocument))]
internal sealed partial class PlaybackJson : JsonSerializerContext;
