namespace AfterSales.Video.Fuzz.Tests;

/// <summary>The fixed-seed smoke of `./test.sh`: all targets together stay under a minute. `make fuzz` is the long run.</summary>
public sealed class FuzzSmokeTests(ITestOutputHelper output)
{
    private const int Seed = 20260101;
    private static readonly TimeSpan AllTargets = TimeSpan.FromSeconds(45);

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_mutated_input_is_refused_quickly_and_cheaply(string name)
    {
        var target = FuzzTargets.All.Single(t => t.Name == name);
        var report = new FuzzRun(target, new FuzzBudget(200_000, AllTargets / FuzzTargets.All.Count, Seed)).Execute();
        output.WriteLine(report with { Finding = null } + $" seed {Seed}");
        Assert.True(report.Finding is null, Describe(report));
        Assert.True(report.Iterations > 100, $"Only {report.Iterations} inputs were run.");
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_target_starts_from_at_least_fifty_seeds(string name) =>
        Assert.True(FuzzTargets.All.Single(t => t.Name == name).Seeds.Count() >= SeedSet.Minimum);

    [Fact]
    public void An_exception_is_found_and_its_input_kept()
    {
        var report = new FuzzRun(new Throwing(), new FuzzBudget(100_000, TimeSpan.FromSeconds(10), Seed)).Execute();
        Assert.NotNull(report.Finding);
        Assert.Equal(0xFF, report.Finding.Input[0]);
    }

    [Fact]
    public void An_input_that_costs_too_much_is_found()
    {
        var report = new FuzzRun(new Wasteful(), new FuzzBudget(100_000, TimeSpan.FromSeconds(10), Seed)).Execute();
        Assert.Contains("allocated", report.Finding?.What, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_gives_the_same_inputs()
    {
        byte[][] seeds = [[1, 2, 3, 4], [5, 6, 7, 8, 9]];
        var first = new Mutator(7, seeds, []);
        var second = new Mutator(7, seeds, []);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(first.Next().SequenceEqual(second.Next()));
        }
    }

    private static string Describe(FuzzReport report) => report.Finding is { } finding
        ? $"{finding.What}\nseed {Seed}, input: {Convert.ToHexString(finding.Input.AsSpan(0, Math.Min(finding.Input.Length, 2048)))}"
        : "";

    private sealed class Throwing : IFuzzTarget
    {
        public string Name => "self/throwing";

        public IEnumerable<byte[]> Seeds => [[0, 1, 2]];

        public void Run(ReadOnlySpan<byte> input)
        {
            if (input.Length > 0 && input[0] == 0xFF)
            {
                throw new InvalidOperationException("This is the bug.");
            }
        }
    }

    private sealed class Wasteful : IFuzzTarget
    {
        public string Name => "self/wasteful";

        public IEnumerable<byte[]> Seeds => [[0, 1, 2]];

        public void Run(ReadOnlySpan<byte> input) => GC.KeepAlive(input.Length == 1 ? new byte[2 << 20] : []);
    }
}
