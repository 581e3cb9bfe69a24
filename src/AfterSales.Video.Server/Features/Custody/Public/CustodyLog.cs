using System.Text.Json.Nodes;
using System.Threading.Channels;
using AfterSales.Video.Evidence.Custody;
using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Custody.Public;

/// <summary>
/// The append-only log of who touched what. One writer gives each tenant's entries their numbers and chains them; several that wait are
/// written in one transaction.
/// </summary>
internal sealed partial class CustodyLog : IHostedService
{
    /// <summary>Full means that the database has not answered for a long time: then what needs an entry is refused.</summary>
    private const int Capacity = 4096;

    private const int Batch = 64;

    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly IServiceScopeFactory _scopes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _writing;

    public CustodyLog(IServiceScopeFactory scopes, TimeProvider time, ILogger<CustodyLog> logger)
    {
        _scopes = scopes;
        _time = time;
        _logger = logger;
        // From the beginning, because recovery writes entries before the host starts its services.
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>The entry is in the log when it returns. Throws when it cannot be: then the act must not happen.</summary>
    /// <param name="subject">The recording, call or account it is about.</param>
    /// <param name="detail">Words and whole numbers, no personal data.</param>
    public async Task AppendAsync(string tenantId, string kind, CustodyActor actor, string subject, JsonObject detail, CancellationToken ct)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _queue.Writer.WriteAsync(new Pending(tenantId, _time.GetUtcNow(), kind, actor, subject, detail, written), ct);
        await written.Task.WaitAsync(ct);
    }

    /// <summary>For what has happened already and is in a journal too (joins, leaves): written soon, nobody waits for it.</summary>
    public void Post(string tenantId, string kind, CustodyActor actor, string subject, JsonObject detail)
    {
        if (!_queue.Writer.TryWrite(new Pending(tenantId, _time.GetUtcNow(), kind, actor, subject, detail, null)))
            Log.Lost(_logger, kind, subject);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        return _writing.WaitAsync(cancellationToken);
    }

    private async Task WriteAllAsync()
    {
        var batch = new List<Pending>(Batch);
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < Batch && _queue.Reader.TryRead(out var pending))
                batch.Add(pending);
            foreach (var ofTenant in batch.GroupBy(p => p.TenantId, StringComparer.Ordinal))
                await WriteAsync(ofTenant.Key, [.. ofTenant]);
            batch.Clear();
        }
    }

    private async Task WriteAsync(string tenantId, List<Pending> entries)
    {
        try
        {
            await using var scope = _scopes.CreateTenantScope(tenantId);
            var db = scope.ServiceProvider.GetRequiredService<HubDbContext>();
            var last = await db.Set<CustodyRow>().AsNoTracking().OrderByDescending(r => r.EntryIndex).FirstOrDefaultAsync();
            var bySubject = await LastOfAsync(db, entries.Select(e => e.Subject).Distinct(StringComparer.Ordinal).ToList());
            foreach (var entry in entries)
                db.Add(last = bySubject[entry.Subject] = Next(tenantId, last, bySubject.GetValueOrDefault(entry.Subject), entry));
            await db.SaveChangesAsync();
            foreach (var entry in entries)
                entry.Written?.TrySetResult();
        }
        catch (Exception fault)
        {
            Log.Failed(_logger, fault, entries.Count);
            foreach (var entry in entries)
                entry.Written?.TrySetException(fault);
        }
    }

    private static async Task<Dictionary<string, CustodyRow>> LastOfAsync(HubDbContext db, List<string> subjects)
    {
        var found = new Dictionary<string, CustodyRow>(StringComparer.Ordinal);
        foreach (var subject in subjects)
        {
            if (await db.Set<CustodyRow>().AsNoTracking().Where(r => r.Subject == subject).OrderByDescending(r => r.EntryIndex).FirstOrDefaultAsync() is { } last)
                found[subject] = last;
        }

        return found;
    }

    private static CustodyRow Next(string tenantId, CustodyRow? last, CustodyRow? lastOfSubject, Pending entry)
    {
        // As the database keeps it, so that what is read again hashes the same.
        var at = DateTimeOffset.FromUnixTimeMilliseconds(entry.At.ToUnixTimeMilliseconds());
        return CustodyRow.Of(tenantId, CustodyChain.Next(
            last is null ? 0 : last.EntryIndex + 1, last?.Hash, lastOfSubject?.Hash, at, entry.Kind, entry.Actor.Role, entry.Actor.Id, entry.Subject,
            CustodyRow.Text(entry.Detail)));
    }

    private sealed record Pending(
        string TenantId, DateTimeOffset At, string Kind, CustodyActor Actor, string Subject, JsonObject Detail, TaskCompletionSource? Written);

    private static partial class Log
    {
        [LoggerMessage(1701, LogLevel.Error, "{Count} entries could not be written to the custody log; what waited for them was refused")]
        public static partial void Failed(ILogger logger, Exception fault, int count);

        [LoggerMessage(1702, LogLevel.Error, "The custody log is full: {Kind} of {Subject} is only in the journal")]
        public static partial void Lost(ILogger logger, string kind, string subject);
    }
}
