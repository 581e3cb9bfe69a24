using System.Globalization;
using AfterSales.Video.Recording.Recovery;

namespace AfterSales.Video.Recording.Tests;

/// <summary>The stated loss window is 200 ms; the issue allows 250. <c>make kills</c> does a hundred.</summary>
public sealed class KilledRecorderTests : IDisposable
{
    private const long MostNs = 250_000_000;
    private readonly string _folder = Directory.CreateTempSubdirectory("killed-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Killed_at_any_moment_a_recorder_loses_at_most_a_quarter_of_a_second_of_every_track()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var kills = int.Parse(Environment.GetEnvironmentVariable("RECORDER_KILLS") ?? "20", CultureInfo.InvariantCulture);
        var losses = new List<double>();
        for (var i = 0; i < kills; i++)
            losses.Add(await KillAsync(random.Next(1, 250), $"seed {seed}, kill {i}", withKey: i % 4 > 0));
        losses.Sort();
        TestContext.Current.SendDiagnosticMessage($"{kills} kills: lost {losses[kills / 2]:0} ms at the median, {losses[^1]:0} ms at worst");
    }

    /// <returns>Milliseconds of the worst track.</returns>
    private async Task<double> KillAsync(int rounds, string what, bool withKey)
    {
        var spool = Path.Combine(_folder, Guid.CreateVersion7().ToString());
        using var recorder = RecorderProcess.Start(spool, 100_000);
        var lastNs = await recorder.KillAfterAsync(rounds);

        var found = Assert.Single(await new JournalRecovery(spool, withKey ? new TestKeys() : null).RecoverAsync(CancellationToken.None));
        Assert.True(found.Outcome == "recovered", $"{what}: {found.Outcome} {found.Reason}");
        Assert.InRange(found.Loss!.Value.TotalMilliseconds, 1, 250);
        var journal = JournalContent.Read(found.JournalPath);
        Assert.Equal((true, "", !withKey), (journal.Ended, journal.Problem, journal.EndedInClear));
        Assert.Equal((long)found.Loss.Value.TotalMilliseconds, journal.End.LossMs);
        var keptNs = new long[] { 1, 2, 3 }.Min(track => journal.Packets.TryGetValue((ushort)track, out var packets) ? packets[^1] : 0);
        Assert.True(lastNs - keptNs <= MostNs, $"{what}: {(lastNs - keptNs) / 1e6:0} ms lost");
        Directory.Delete(spool, recursive: true);
        return (lastNs - keptNs) / 1e6;
    }
}
