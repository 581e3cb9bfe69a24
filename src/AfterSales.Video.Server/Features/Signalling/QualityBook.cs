using System.Buffers;
using System.Text;
using System.Text.Json;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Server.Features.Signalling;

/// <summary>
/// A call's quality by the second on its way to the journal: ten seconds of a participant make one EVENT "quality" (recordings-schema/journal/v1 §5.1), so that
/// the record costs about 50 bytes a second. Thread-safe.
/// </summary>
internal sealed class QualityBook(TimeProvider time)
{
    public const string EventKind = "quality";
    private const int SecondsPerEvent = 10;

    /// <summary>Pages report every 5 s; what comes sooner than this is refused.</summary>
    private static readonly TimeSpan ShortestReport = TimeSpan.FromSeconds(4);

    private readonly Lock _sync = new();
    private readonly Dictionary<string, Page> _pages = new(StringComparer.Ordinal);

    /// <summary>The event that is full now; null mostly.</summary>
    public RecordingEvent? Add(string participantId, string role, ParticipantQuality quality)
    {
        lock (_sync)
        {
            var page = PageOf(participantId, role);
            page.Seconds.Add((time.GetTimestamp(), quality));
            return page.Seconds.Count >= SecondsPerEvent ? Take(page) : null;
        }
    }

    /// <summary>False when the participant's page reports too often.</summary>
    public bool TryAdd(string participantId, string role, ReportQualityRequest seen)
    {
        lock (_sync)
        {
            var page = PageOf(participantId, role);
            if (page.LastSeen != 0 && time.GetElapsedTime(page.LastSeen) < ShortestReport)
                return false;
            page.LastSeen = time.GetTimestamp();
            page.Seen.Add((page.LastSeen, seen));
            // Without media of its own nothing else empties the page.
            if (page.Seen.Count > SecondsPerEvent)
                page.Seen.RemoveAt(0);
            return true;
        }
    }

    /// <summary>What is not told yet, an event for each participant.</summary>
    public IReadOnlyList<RecordingEvent> TakeRest()
    {
        lock (_sync)
            return [.. _pages.Values.Where(page => page.Seconds.Count + page.Seen.Count > 0).Select(Take)];
    }

    private Page PageOf(string participantId, string role)
    {
        if (!_pages.TryGetValue(participantId, out var page))
            _pages.Add(participantId, page = new Page(participantId, role));
        return page;
    }

    private RecordingEvent Take(Page page)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("v", 1);
            json.WriteString("participant", page.ParticipantId);
            json.WriteString("role", page.Role);
            WriteSeconds(json, page);
            WriteSeen(json, page);
            json.WriteEndObject();
        }

        page.Seconds.Clear();
        page.Seen.Clear();
        return new RecordingEvent(EventKind, Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private void WriteSeconds(Utf8JsonWriter json, Page page)
    {
        var seconds = page.Seconds;
        if (seconds.Count == 0)
            return;
        Column("agoMs", i => Ago(seconds[i].At));
        Column("upLossPermille", i => (long)Math.Round(seconds[i].Quality.UplinkLoss * 1000));
        Column("downLossPermille", i => (long)Math.Round(seconds[i].Quality.DownlinkLoss * 1000));
        Column("roundTripMs", i => (long)Math.Round(seconds[i].Quality.RoundTripMs));
        Column("upJitterMs", i => (long)Math.Round(seconds[i].Quality.UplinkJitterMs));
        Column("downJitterMs", i => (long)Math.Round(seconds[i].Quality.DownlinkJitterMs));
        Column("upKbps", i => seconds[i].Quality.UplinkBps / 1000);
        Column("downKbps", i => seconds[i].Quality.DownlinkBps / 1000);
        Column("received", i => seconds[i].Quality.ReceivedPackets);
        Column("lost", i => seconds[i].Quality.LostPackets);
        Column("repaired", i => seconds[i].Quality.RepairedPackets);
        Column("videoKbps", i => seconds[i].Quality.VideoBps / 1000);
        Column("layer", i => seconds[i].Quality.VideoLayer);
        json.WriteString("codec", seconds[^1].Quality.VideoCodec);

        void Column(string name, Func<int, long> value)
        {
            json.WriteStartArray(name);
            for (var i = 0; i < seconds.Count; i++)
                json.WriteNumberValue(value(i));
            json.WriteEndArray();
        }
    }

    private void WriteSeen(Utf8JsonWriter json, Page page)
    {
        if (page.Seen.Count == 0)
            return;
        json.WriteStartArray("seen");
        foreach (var (at, seen) in page.Seen)
        {
            json.WriteStartObject();
            json.WriteNumber("agoMs", Ago(at));
            json.WriteNumber("overMs", (long)seen.OverMs);
            json.WriteNumber("frames", seen.Frames);
            json.WriteNumber("freezes", seen.Freezes);
            json.WriteNumber("frozenMs", (long)seen.FrozenMs);
            json.WriteNumber("bufferMs", (long)seen.BufferMs);
            json.WriteNumber("width", seen.Width);
            json.WriteNumber("height", seen.Height);
            json.WriteNumber("sentWidth", seen.SentWidth);
            json.WriteNumber("sentHeight", seen.SentHeight);
            json.WriteString("path", seen.Path);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private long Ago(long timestamp) => (long)time.GetElapsedTime(timestamp).TotalMilliseconds;

    private sealed class Page(string participantId, string role)
    {
        public string ParticipantId => participantId;
        public string Role => role;
        public List<(long At, ParticipantQuality Quality)> Seconds { get; } = [];
        public List<(long At, ReportQualityRequest Seen)> Seen { get; } = [];
        public long LastSeen { get; set; }
    }
}
