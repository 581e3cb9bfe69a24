using System.Diagnostics;
using System.Globalization;

namespace AfterSales.Video.Fuzz;

/// <param name="Iterations">Mutated inputs at most.</param>
/// <param name="Duration">Time at most; whichever comes first ends the run.</param>
/// <param name="Seed">Same seed, same inputs.</param>
public sealed record FuzzBudget(int Iterations, TimeSpan Duration, int Seed);

/// <summary>What went wrong with which input.</summary>
public sealed record FuzzFinding(string Target, string What, byte[] Input);

/// <param name="Target">Its name.</param>
/// <param name="Iterations">Mutated inputs that were run.</param>
/// <param name="Seeds">Inputs that were run unchanged.</param>
/// <param name="SlowestMilliseconds">Of one input, after repeating the slow ones.</param>
/// <param name="MostBytes">Allocated for one input.</param>
/// <param name="Elapsed">Wall time of the run.</param>
/// <param name="Finding">Null when all went well.</param>
public sealed record FuzzReport(
    string Target, int Iterations, int Seeds, double SlowestMilliseconds, long MostBytes, TimeSpan Elapsed, FuzzFinding? Finding);

/// <summary>Runs one target and holds the limits of SECURITY.md: no exception, under 10 ms and under 1 MB per input, no hang.</summary>
public sealed class FuzzRun(IFuzzTarget target, FuzzBudget budget)
{
    public const double MaxMilliseconds = 10;
    public const long MaxBytes = 1 << 20;
    private const int MaxNewDescriptors = 16;

    /// <summary>A busy machine stops threads for longer than the limit, so what looks slow is run again by the processor's clock.</summary>
    private const int SlowRepeats = 10;

    /// <summary>A collection runs on the thread that asked for memory last: other inputs' litter is not this one's cost, so the best of these counts.</summary>
    private const int SlowRounds = 3;

    private static readonly TimeSpan HangAfter = TimeSpan.FromSeconds(20);
    private readonly byte[] _current = new byte[Mutator.MaxLength];
    private int _currentLength;
    private double _slowest;
    private long _mostBytes;
    private int _iterations;

    /// <summary>Runs on a thread of its own, so that an input that never ends is a finding too.</summary>
    public FuzzReport Execute()
    {
        var clock = Stopwatch.StartNew();
        var regressions = SeedSet.Regressions(target.Name);
        var seeds = regressions.Concat(target.Seeds).ToArray();
        FuzzFinding? finding = null;
        var thread = new Thread(() => finding = RunAll(seeds), maxStackSize: 1 << 20) { IsBackground = true, Name = target.Name };
        thread.Start();
        if (!thread.Join(budget.Duration + HangAfter))
        {
            finding = new FuzzFinding(target.Name, $"did not end in {HangAfter.TotalSeconds:0} s", _current.AsSpan(0, Volatile.Read(ref _currentLength)).ToArray());
        }

        return new FuzzReport(target.Name, _iterations, seeds.Length, _slowest, _mostBytes, clock.Elapsed, finding);
    }

    /// <summary>Runs one input as it is; null when it is fine.</summary>
    public FuzzFinding? Replay(byte[] input) => RunAll([input], iterations: 0);

    private FuzzFinding? RunAll(byte[][] seeds) => RunAll(seeds, budget.Iterations);

    private FuzzFinding? RunAll(byte[][] seeds, int iterations)
    {
        // The first round compiles the code and fills caches; it counts for exceptions only.
        var finding = seeds.Select(seed => Try(seed, measured: false)).FirstOrDefault(f => f is not null)
            ?? seeds.Select(seed => Try(seed, measured: true)).FirstOrDefault(f => f is not null);
        if (finding is not null || seeds.Length == 0)
        {
            return finding;
        }

        var descriptors = OpenDescriptors();
        var mutator = new Mutator(budget.Seed, seeds, [.. target.Dictionary]);
        var clock = Stopwatch.StartNew();
        while (finding is null && _iterations < iterations && clock.Elapsed < budget.Duration)
        {
            finding = Try(mutator.Next(), measured: true);
            _iterations++;
        }

        return finding ?? (OpenDescriptors() - descriptors > MaxNewDescriptors
            ? new FuzzFinding(target.Name, "descriptors are left open", [])
            : null);
    }

    private FuzzFinding? Try(ReadOnlySpan<byte> input, bool measured)
    {
        var kept = input[..Math.Min(input.Length, _current.Length)];
        kept.CopyTo(_current);
        Volatile.Write(ref _currentLength, kept.Length);
        try
        {
            var (milliseconds, bytes) = Measure(input);
            if (measured && (milliseconds > MaxMilliseconds || bytes > MaxBytes))
            {
                (milliseconds, bytes) = MeasureAgain(input);
            }

            return measured ? Judge(input, milliseconds, bytes) : null;
        }
#pragma warning disable CA1031 // Any exception is a finding: that is what this program looks for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new FuzzFinding(target.Name, e.ToString(), input.ToArray());
        }
    }

    private (double Milliseconds, long Bytes) Measure(ReadOnlySpan<byte> input)
    {
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        target.Run(input);
        return (Stopwatch.GetElapsedTime(start).TotalMilliseconds, GC.GetAllocatedBytesForCurrentThread() - bytes);
    }

    /// <summary>Least mean processor time of this thread, least allocation: caches and compilation do not count.</summary>
    private (double Milliseconds, long Bytes) MeasureAgain(ReadOnlySpan<byte> input)
    {
        var best = MeasureRound(input);
        for (var i = 1; i < SlowRounds && best.Milliseconds > MaxMilliseconds; i++)
        {
            var round = MeasureRound(input);
            best = (Math.Min(best.Milliseconds, round.Milliseconds), Math.Min(best.Bytes, round.Bytes));
        }

        return best;
    }

    private (double Milliseconds, long Bytes) MeasureRound(ReadOnlySpan<byte> input)
    {
        var (bytes, wall, start) = (long.MaxValue, 0.0, ThreadNanoseconds());
        for (var i = 0; i < SlowRepeats; i++)
        {
            var again = Measure(input);
            bytes = Math.Min(bytes, again.Bytes);
            wall += again.Milliseconds;
        }

        var used = ThreadNanoseconds() - start;
        return ((start > 0 ? used / 1e6 : wall) / SlowRepeats, bytes);
    }

    /// <summary>Time this thread has been on a processor; 0 where the system does not tell.</summary>
    private static long ThreadNanoseconds()
    {
        const string File = "/proc/thread-self/schedstat";
        return System.IO.File.Exists(File) ? long.Parse(System.IO.File.ReadAllText(File).Split(' ')[0], CultureInfo.InvariantCulture) : 0;
    }

    private FuzzFinding? Judge(ReadOnlySpan<byte> input, double milliseconds, long bytes)
    {
        _slowest = Math.Max(_slowest, milliseconds);
        _mostBytes = Math.Max(_mostBytes, bytes);
        return milliseconds > MaxMilliseconds ? new FuzzFinding(target.Name, $"took {milliseconds:0.0} ms", input.ToArray())
            : bytes > MaxBytes ? new FuzzFinding(target.Name, $"allocated {bytes} bytes", input.ToArray())
            : null;
    }

    private static int OpenDescriptors() => Directory.Exists("/proc/self/fd") ? Directory.GetFileSystemEntries("/proc/self/fd").Length : 0;
}
