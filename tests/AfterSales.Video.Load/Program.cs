using AfterSales.Video.Load;
using AfterSales.Video.Load.Content;
using AfterSales.Video.Load.Servers;

if (!LoadArguments.TryParse(args, out var arguments, out var error))
{
    Console.Error.WriteLine(error);
    return 2;
}

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};
try
{
    var content = await new ClipCache(arguments!.Cache ?? ".cache/load").CallAsync(arguments.Codec, arguments.LoopSeconds);
    var report = await new LoadRun(arguments, content, Console.Error).ExecuteAsync(interrupted.Token);
    Directory.CreateDirectory(arguments.Out);
    var file = Path.Combine(arguments.Out, arguments.Command);
    await File.WriteAllTextAsync(file + ".json", report.ToJson());
    await using (var markdown = File.CreateText(file + ".md"))
        report.WriteMarkdown(markdown);
    report.WriteMarkdown(Console.Out);
    return 0;
}
catch (Exception expected) when (expected is LoadServerException or FileNotFoundException or HttpRequestException or InvalidOperationException or OperationCanceledException)
{
    Console.Error.WriteLine(expected.Message);
    return 1;
}
