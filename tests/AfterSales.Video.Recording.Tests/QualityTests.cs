using System.Text.Json;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.TestKit.Media;

namespace AfterSales.Video.Recording.Tests;

/// <summary>The journal's "quality" events in timeline.json.</summary>
public sealed class QualityTests : IDisposable
{
    private const string Buyer = """
        {"v":1,"participant":"p-buyer","role":"buyer","agoMs":[3000,2000,1000,0],"upLossPermille":[0,80,31,0],"downLossPermille":[0,0,0,10],"roundTripMs":[40,44,48,40],
         "upJitterMs":[2,9,4,2],"downJitterMs":[1,1,1,1],"upKbps":[1200,900,1100,1200],"downKbps":[400,400,400,400],"received":[160,92,150,160],"lost":[0,8,5,0],"repaired":[0,8,4,0],
         "videoKbps":[1100,800,1000,1100],"layer":[0,0,0,0],"codec":"H264",
         "seen":[{"agoMs":1000,"overMs":1500,"frames":30,"freezes":1,"frozenMs":420,"bufferMs":62,"width":640,"height":480,"sentWidth":1280,"sentHeight":720,"path":"udp"}]}
        """;

    private readonly RecordedCall _recorded = new();

    public void Dispose() => _recorded.Dispose();

    [Fact]
    public async Task Seconds_stand_on_the_axis_of_playback_and_bad_stretches_are_found()
    {
        var quality = await TimelineAsync(Buyer, "not json", """{"v":2,"participant":"p-buyer"}""", """[1]""", """{"v":1,"participant":"p-agent","role":"agent","agoMs":[1e99,-5,"x"],"upLossPermille":[50]}""");

        var people = quality.GetProperty("quality").EnumerateArray().ToList();
        Assert.Equal(["p-buyer", "p-agent"], people.Select(p => p.GetProperty("participantId").GetString()), StringComparer.Ordinal);
        // Said at 4.5 s of a call whose first medium came at once.
        Assert.Equal([1.5, 2.5, 3.5, 4.5], Column(people[0], "seconds").Select(s => Math.Round(s, 1)));
        Assert.Equal([0, 0.08, 0.031, 0], Column(people[0], "upLoss"));
        Assert.Equal([0, 8, 5, 0], Column(people[0], "lost"));
        Assert.Equal([1100, 800, 1000, 1100], Column(people[0], "videoKbps"));
        var seen = people[0].GetProperty("seen")[0];
        Assert.Equal((640, "udp", 1.5), (seen.GetProperty("width").GetInt32(), seen.GetProperty("path").GetString(), Math.Round(seen.GetProperty("toSeconds").GetDouble() - seen.GetProperty("fromSeconds").GetDouble(), 3)));

        var stretches = quality.GetProperty("impairments").EnumerateArray().ToList();
        Assert.Equal(["loss", "freeze"], stretches.Select(s => s.GetProperty("kind").GetString()), StringComparer.Ordinal);
        Assert.Equal(["8 %", "0.4 s"], stretches.Select(s => s.GetProperty("figure").GetString()), StringComparer.Ordinal);
        Assert.Equal("13 of 255 packets lost on the way to the server, 8 % at worst; 12 came again in time", stretches[0].GetProperty("detail").GetString());
        Assert.Equal((1.5, 3.5), (Math.Round(stretches[0].GetProperty("fromSeconds").GetDouble(), 1), Math.Round(stretches[0].GetProperty("toSeconds").GetDouble(), 1)));
        Assert.DoesNotContain(quality.GetProperty("events").EnumerateArray(), e => e.GetProperty("kind").GetString() == "quality");
    }

    [Fact]
    public async Task A_recording_from_before_it_was_kept_has_none() =>
        Assert.Empty((await TimelineAsync()).GetProperty("quality").EnumerateArray());

    private async Task<JsonElement> TimelineAsync(params string[] events)
    {
        var call = new SyntheticCall(41).Add(1, new Sender("p-buyer", "buyer"), "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(5)), NetworkConditions.Good);
        IRecordingSession? session = null;
        call.At(TimeSpan.FromSeconds(4.5), () =>
        {
            foreach (var json in events)
                session!.AppendEvent(new RecordingEvent("quality", json));
        });
        await _recorded.MakePlayableAsync(await _recorded.RecordAsync(call, with => session = with));
        return JsonElement.Parse(await File.ReadAllBytesAsync(_recorded.File("timeline.json")));
    }

    private static List<double> Column(JsonElement person, string name) => [.. person.GetProperty(name).EnumerateArray().Select(n => n.GetDouble())];
}
