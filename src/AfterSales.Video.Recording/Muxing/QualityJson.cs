using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using AfterSales.Video.Recording.Timeline;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>One participant in timeline.json's <c>quality</c>: columns of equal length, a place for each second measured.</summary>
/// <param name="Seconds">Playback time at which the second ended.</param>
/// <param name="UpLoss">Participant → server, 0..1, before repair.</param>
/// <param name="VideoLayer">The encoding that was forwarded, 0 without simulcast.</param>
/// <param name="Seen">What its own page reported.</param>
internal sealed record TimelineQualityDocument(
    string ParticipantId, string Role,
    [property: JsonConverter(typeof(ColumnConverter))] IReadOnlyList<double> Seconds,
    [property: JsonConverter(typeof(ColumnConverter))] IReadOnlyList<double> UpLoss,
    [property: JsonConverter(typeof(ColumnConverter))] IReadOnlyList<double> DownLoss,
    [property: JsonConverter(typeof(ColumnConverter))] IReadOnlyList<double> RoundTripMs,
    [property: JsonConverter(typeof(ColumnConverter))] IReadOnlyList<double> UpJitterMs,
    [property: JsonConverter(typeof(ColumnConverter))] IReadOnlyList<double> DownJitterMs,
    [property: JsonConverter(typeof(ColumnConverter))] IReadOnlyList<double> UpKbps,
    [property: JsonConverter(typeof(ColumnConverter))] IReadOnlyList<double> DownKbps,
    [property: JsonConverter(typeof(ColumnConverter))] IReadOnlyList<double> Received,
    [property: JsonConverter(typeof(ColumnConverter))] IReadOnlyList<double> Lost,
    [property: JsonConverter(typeof(ColumnConverter))] IReadOnlyList<double> Repaired,
    [property: JsonConverter(typeof(ColumnConverter))] IReadOnlyList<double> VideoKbps,
    [property: JsonConverter(typeof(ColumnConverter))] IReadOnlyList<double> VideoLayer,
    IReadOnlyList<TimelineSeenDocument> Seen)
{
    public static TimelineQualityDocument From(CallTimeline timeline, QualityTrack track)
    {
        return new TimelineQualityDocument(
            track.ParticipantId, track.Role, Of(s => (s.EndNs - timeline.OriginNs) / 1e9), Of(s => s.UpLoss), Of(s => s.DownLoss), Of(s => s.RoundTripMs),
            Of(s => s.UpJitterMs), Of(s => s.DownJitterMs), Of(s => s.UpKbps), Of(s => s.DownKbps), Of(s => s.Received), Of(s => s.Lost), Of(s => s.Repaired),
            Of(s => s.VideoKbps), Of(s => s.Layer), [.. track.Seen.Select(Seen)]);

        double[] Of(Func<QualitySecond, double> value) => [.. track.Seconds.Select(value)];
        TimelineSeenDocument Seen(QualitySeen seen) => new(
            (seen.FromNs - timeline.OriginNs) / 1e9, (seen.EndNs - timeline.OriginNs) / 1e9, seen.Frames, seen.Freezes, seen.FrozenMs, seen.BufferMs,
            seen.Width, seen.Height, seen.SentWidth, seen.SentHeight, seen.Path);
    }
}

/// <param name="Path">"udp", "tcp", "relay" or "".</param>
internal sealed record TimelineSeenDocument(
    double FromSeconds, double ToSeconds, int Frames, int Freezes, int FrozenMs, int BufferMs, int Width, int Height, int SentWidth, int SentHeight, string Path);

/// <param name="Kind">"loss" or "freeze".</param>
internal sealed record TimelineImpairmentDocument(string ParticipantId, string Role, string Kind, double FromSeconds, double ToSeconds, string Figure, string Detail)
{
    public static TimelineImpairmentDocument From(CallTimeline timeline, Impairment i) =>
        new(i.ParticipantId, i.Role, i.Kind, timeline.ToPlayback(i.FromNs) / 1e9, timeline.ToPlayback(i.ToNs) / 1e9, i.Figure, i.Detail);
}

/// <summary>Numbers on one line, three decimals at most: an indented document would spend a line on each.</summary>
internal sealed class ColumnConverter : JsonConverter<IReadOnlyList<double>>
{
    public override IReadOnlyList<double> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("A column is an array.");
        var column = new List<double>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            column.Add(reader.GetDouble());
        return column;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<double> value, JsonSerializerOptions options)
    {
        var text = new StringBuilder("[", (value.Count * 5) + 2);
        for (var i = 0; i < value.Count; i++)
            text.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{value[i]:0.###}");
        writer.WriteRawValue(text.Append(']').ToString());
    }
}
