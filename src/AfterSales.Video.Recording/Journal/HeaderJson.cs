using System.Text.Json;
using System.Text.Json.Serialization;
using AfterSales.Video.Recording.Capture;

namespace AfterSales.Video.Recording.Journal;

/// <summary>The JSON documents inside a journal.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RecordingHeader))]
[JsonSerializable(typeof(EndCounts))]
[JsonSerializable(typeof(JournalContinued))]
[JsonSerializable(typeof(MediaModeEvent))]
internal sealed partial class JournalJson : JsonSerializerContext;

/// <summary>JSON of the END record.</summary>
/// <param name="Blocks">Blocks before the END block.</param>
/// <param name="Packets">RTP packets kept in them; null when recovery had no key to count them.</param>
/// <param name="Dropped">RTP packets the recorder could not keep; null like <paramref name="Packets"/>.</param>
/// <param name="Recovered">True when written after a crash, by recovery.</param>
/// <param name="CutBytes">Bytes of a torn tail that recovery cut off.</param>
/// <param name="LossMs">Recovery's bound on what is missing at the end; null for a recording that was stopped.</param>
public sealed record EndCounts(long Blocks, long? Packets, long? Dropped, bool Recovered, long CutBytes, long? LossMs = null);

/// <summary>JSON of the event that begins a later part.</summary>
internal sealed record JournalContinued(int Part, string Reason);

internal static class HeaderJson
{
    public static byte[] Write(RecordingHeader header) => JsonSerializer.SerializeToUtf8Bytes(header, JournalJson.Default.RecordingHeader);

    public static bool TryRead(ReadOnlySpan<byte> json, out RecordingHeader header)
    {
        header = null!;
        try
        {
            header = JsonSerializer.Deserialize(json, JournalJson.Default.RecordingHeader)!;
            return header is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
