using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using AfterSales.Video.MediaProbe;
using AfterSales.Video.TestKit.Media;

// Called by the browser tests and by make: makes what the fake camera shows, reads recordings back, is a bad network.
return args switch
{
    ["make-content", var folder] => await MakeAsync(folder, 20),
    ["make-content", var folder, var seconds] => await MakeAsync(folder, int.Parse(seconds, CultureInfo.InvariantCulture)),
    ["analyse", var file] => await AnalyseAsync(file, 0, 0, 1000),
    ["analyse", var file, var video, var audio, var tone] => await AnalyseAsync(
        file, int.Parse(video, CultureInfo.InvariantCulture), int.Parse(audio, CultureInfo.InvariantCulture), double.Parse(tone, CultureInfo.InvariantCulture)),
    ["write-journal", var spool, var rounds] => await JournalToKill.WriteAsync(spool, int.Parse(rounds, CultureInfo.InvariantCulture)),
    ["mux-again", var folder] => await MuxBenchmark.MuxAsync(folder),
    ["mux-benchmark", var folder, var seconds, var codec] => await MuxBenchmark.RunAsync(folder, int.Parse(seconds, CultureInfo.InvariantCulture), codec),
    ["impair", var listen, var server, var script] => await Impair.RunAsync(listen, server, script, "1"),
    ["impair", var listen, var server, var script, var seed] => await Impair.RunAsync(listen, server, script, seed),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("make-content <folder> [seconds=20] | analyse <file> [<video track> <audio track> <tone Hz>] | impair <port> <server port> <script file> [seed=1]");
    return 2;
}

static async Task<int> MakeAsync(string folder, int seconds)
{
    await TestContent.MakeAsync(folder, seconds);
    return 0;
}

static async Task<int> AnalyseAsync(string file, int video, int audio, double toneHz)
{
    var analysis = await RecordingAnalyser.AnalyseAsync(file, video, audio, toneHz);
    var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    Console.WriteLine(JsonSerializer.Serialize(analysis, options));
    return 0;
}
