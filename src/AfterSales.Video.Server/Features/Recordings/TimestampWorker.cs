using System.Net.Http.Headers;
using AfterSales.Video.Evidence.Timestamps;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Recordings;

/// <summary>
/// Fetches the timestamps that are wanted (RFC 3161 over HTTP). An authority that is away costs nothing but time: wishes wait, and what comes late
/// says so.
/// </summary>
internal sealed partial class TimestampWorker(
    TimestampQueue queue, IHttpClientFactory clients, IServiceScopeFactory scopes, IOptions<EvidenceOptions> options, TimeProvider time,
    ILogger<TimestampWorker> logger) : BackgroundService
{
    public const string Client = "timestamps";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    /// <summary>A time this much after the wish no longer says "then": it is marked.</summary>
    private static readonly TimeSpan Punctual = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!queue.IsOn)
            return;
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            var worked = await WorkAsync(stoppingToken);
            failures = worked ? 0 : failures + 1;
            var pause = Math.Min(LongestPause.TotalSeconds, Interval.TotalSeconds * Math.Pow(2, Math.Min(failures, 12)));
            await Task.Delay(TimeSpan.FromSeconds(failures == 0 ? Interval.TotalSeconds : pause * (0.5 + Random.Shared.NextDouble() / 2)), time, stoppingToken);
        }
    }

    /// <summary>False when the authority did not answer as it should.</summary>
    private async Task<bool> WorkAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HubDbContext>();
        using var roots = ReadRoots();
        var wanted = await db.Set<TimestampRow>().IgnoreQueryFilters().Where(t => t.State == "queued").OrderBy(t => t.WantedAt).Take(16).ToListAsync(ct);
        foreach (var row in wanted)
        {
            try
            {
                await FetchAsync(row, roots, ct);
            }
            catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or InvalidDataException && !ct.IsCancellationRequested)
            {
                row.Attempts++;
                row.LastError = fault.GetType().Name;
                await db.SaveChangesAsync(ct);
                Log.Failed(logger, fault, row.Name, row.Subject);
                return false;
            }

            await db.SaveChangesAsync(ct);
        }

        return true;
    }

    // Read each time: an authority changes its roots, and nobody should have to restart for it.
    private TimestampRoots ReadRoots() => TimestampRoots.TryParse(File.ReadAllText(options.Value.TimestampRoots), out var roots, out var problem)
        ? roots
        : throw new InvalidDataException($"Evidence:TimestampRoots: {problem}");

    private async Task FetchAsync(TimestampRow row, TimestampRoots roots, CancellationToken ct)
    {
        var query = TimestampQuery.Create(Convert.FromHexString(row.ImprintHex));
        using var content = new ReadOnlyMemoryContent(query.Encoded);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
        using var client = clients.CreateClient(Client);
        using var answer = await client.PostAsync(options.Value.TimestampUrl, content, ct);
        answer.EnsureSuccessStatusCode();
        var reply = await answer.Content.ReadAsByteArrayAsync(ct);
        var check = TimestampReply.Check(reply, new TimestampExpectation(query.Sha256, query.Nonce, roots, time.GetUtcNow()));
        if (!check.IsGood)
            throw new InvalidDataException($"{check.Refusal}: {check.Detail}");
        row.GenTime = check.GenTime;
        row.ReplyBase64 = Convert.ToBase64String(reply);
        row.State = row.GenTime - row.WantedAt > Punctual ? "late" : "ok";
        row.LastError = "";
    }

    private static partial class Log
    {
        [LoggerMessage(1540, LogLevel.Warning, "The timestamp authority did not give {Name} of {Subject}; it will be asked again")]
        public static partial void Failed(ILogger logger, Exception fault, string name, string subject);
    }
}
