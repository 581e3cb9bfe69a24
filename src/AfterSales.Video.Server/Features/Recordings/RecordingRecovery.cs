using AfterSales.Video.Evidence;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.Recording.Recovery;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Receipts.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Recordings;

/// <summary>
/// At start, before anything new begins: journals a crash left open are closed, their receipt is given and their muxing is queued. Their calls stay
/// live: people return from the pages they have open, and what follows is a recording of its own.
/// </summary>
internal sealed partial class RecordingRecovery(
    IJournalRecovery journals, RecordingControl control, ICallMuxer muxer, IServiceScopeFactory scopes, ILogger<RecordingRecovery> logger)
{
    public async Task RunAsync(CancellationToken ct)
    {
        if (muxer.Problem is { } problem)
            Log.ToolMissing(logger, problem);
        await RestoreMissingAsync(ct);
        var found = (await journals.RecoverAsync(ct)).ToDictionary(j => j.RecordingId, StringComparer.Ordinal);
        foreach (var row in await OpenRecordingsAsync(ct))
        {
            await using var scope = scopes.CreateTenantScope(row.TenantId);
            if (found.GetValueOrDefault(row.Id) is { Outcome: not "unreadable" } journal)
                await CloseAsync(scope.ServiceProvider, journal, ct);
            else
                await FailAsync(scope.ServiceProvider, row.Id, found.GetValueOrDefault(row.Id)?.Reason ?? "Its journal is missing.", ct);
        }
    }

    /// <summary>The disk of the journals was lost, the database was not: what reached the store during the call comes back from there.</summary>
    private async Task RestoreMissingAsync(CancellationToken ct)
    {
        foreach (var row in await OpenRecordingsAsync(ct))
        {
            await using var scope = scopes.CreateTenantScope(row.TenantId);
            try
            {
                await scope.ServiceProvider.GetRequiredService<JournalKeeper>().TryEnsureAsync(row, ct);
            }
            catch (Exception fault) when (fault is EvidenceStoreException or IOException)
            {
                Log.NotRestored(logger, fault, row.Id);
            }
        }
    }

    private async Task<List<RecordingRow>> OpenRecordingsAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<HubDbContext>().Set<RecordingRow>().IgnoreQueryFilters().AsNoTracking()
            .Where(r => r.State == RecordingState.Recording).ToListAsync(ct);
    }

    private async Task CloseAsync(IServiceProvider services, RecoveredJournal journal, CancellationToken ct)
    {
        var map = JournalMap.Read(Path.GetDirectoryName(journal.JournalPath)!);
        var isRecovered = journal.Outcome == "recovered";
        var ended = new EndedJournal(
            journal.JournalPath, journal.Blocks, map.Last.HeadHex, isRecovered ? "recovered" : "server_stopped", (long)journal.Duration.TotalMilliseconds,
            isRecovered ? journal.Loss ?? TimeSpan.Zero : null);
        await control.QueueMuxAsync(services, journal.RecordingId, ended, ct);
        var head = ReceiptHead.Of(map, journal.Blocks, ended.DurationMs);
        await control.IssueReceiptAsync(services, journal.RecordingId, head, complete: !isRecovered, ct);
        Log.Recovered(logger, journal.RecordingId, journal.Outcome, journal.Blocks);
    }

    private async Task FailAsync(IServiceProvider services, string recordingId, string reason, CancellationToken ct)
    {
        var db = services.GetRequiredService<HubDbContext>();
        var row = await db.Set<RecordingRow>().FirstAsync(r => r.Id == recordingId, ct);
        row.State = RecordingState.Failed;
        row.Reason = reason;
        row.Version++;
        await db.SaveChangesAsync(ct);
        Log.Lost(logger, recordingId, reason);
    }

    private static partial class Log
    {
        [LoggerMessage(1505, LogLevel.Warning, "Recording {RecordingId} was cut off by a crash: {Outcome}, {Blocks} blocks; it will be muxed")]
        public static partial void Recovered(ILogger logger, string recordingId, string outcome, long blocks);

        [LoggerMessage(1508, LogLevel.Warning, "The journal of recording {RecordingId} could not be fetched from the store")]
        public static partial void NotRestored(ILogger logger, Exception fault, string recordingId);

        [LoggerMessage(1509, LogLevel.Error, "{Problem} Calls are recorded and can be played; downloads, seals and court copies wait and go on by themselves")]
        public static partial void ToolMissing(ILogger logger, string problem);

        [LoggerMessage(1506, LogLevel.Error, "Recording {RecordingId} cannot be recovered: {Reason}")]
        public static partial void Lost(ILogger logger, string recordingId, string reason);
    }
}
