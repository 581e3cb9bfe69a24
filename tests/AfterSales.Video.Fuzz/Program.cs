using System.Globalization;
using System.Security.Cryptography;
using AfterSales.Video.Fuzz;

// Usage: [--iterations 200000] [--seconds 60] [--seed 1] [--target prefix] [--out folder] [--list] [--replay file]
var options = new Dictionary<string, string>(StringComparer.Ordinal);
for (var i = 0; i < args.Length; i++)
{
    options[args[i]] = i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i] : "";
}

string Option(string name, string fallback) => options.GetValueOrDefault(name, fallback);
int Number(string name, int fallback) => int.Parse(Option(name, fallback.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

var chosen = FuzzTargets.All.Where(t => t.Name.StartsWith(Option("--target", ""), StringComparison.Ordinal)).ToArray();
if (options.ContainsKey("--list"))
{
    Console.WriteLine(string.Join('\n', chosen.Select(t => t.Name)));
    return 0;
}

if (chosen.Length == 0)
{
    Console.Error.WriteLine("No such target; see --list.");
    return 2;
}

var findings = 0;
foreach (var group in chosen.GroupBy(FuzzTargets.GroupOf, StringComparer.Ordinal))
{
    // A group's time is shared by its targets.
    var duration = TimeSpan.FromSeconds(Number("--seconds", 60)) / group.Count();
    foreach (var target in group)
    {
        findings += Run(target, new FuzzBudget(Number("--iterations", 200_000), duration, Number("--seed", 1)));
    }
}

return findings == 0 ? 0 : 1;

int Run(IFuzzTarget target, FuzzBudget budget)
{
    var run = new FuzzRun(target, budget);
    var replay = Option("--replay", "");
    if (replay.Length > 0)
    {
        var replayed = run.Replay(File.ReadAllBytes(replay));
        Console.WriteLine($"{target.Name}: {replayed?.What ?? "fine"}");
        return replayed is null ? 0 : 1;
    }

    var report = run.Execute();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Target,-24} {report.Iterations,9} inputs from {report.Seeds} seeds in {report.Elapsed.TotalSeconds:0.0} s, slowest {report.SlowestMilliseconds:0.00} ms, most {report.MostBytes} B, seed {budget.Seed}"));
    if (report.Finding is not { } finding)
    {
        return 0;
    }

    var folder = Directory.CreateDirectory(Option("--out", "fuzz-findings")).FullName;
    var file = Path.Combine(folder, $"{target.Name.Replace('/', '-')}-{Convert.ToHexStringLower(SHA256.HashData(finding.Input))[..12]}.bin");
    File.WriteAllBytes(file, finding.Input);
    Console.Error.WriteLine($"FOUND in {finding.Target}: {finding.What}\n  input saved as {file}");
    return 1;
}
