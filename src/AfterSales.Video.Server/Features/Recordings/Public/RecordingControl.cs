using System.Collections.Concurrent;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Jobs.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>Starts and stops the recorder of a call and keeps the recording's row in step with it.</summary>
internal sealed partial class RecordingControl(
    ICallRecorder recorder, IServiceScopeFactory scopes, JobQueue jobs, TimeProvider time, ILogger<RecordingControl> logger)
{
    private readonly ConcurrentDictionary<string, IRecordingSession> _running = new(StringComparer.Ordinal);

    /// <summary>The journal is durable and the row exists when it returns. Throws when the disk refuses: no recording, no call.</summary>
    public async Task<IRecordingSession> StartAsync(CallRow call, ConsentRecord consent, CancellationToken ct)
    {
        var recordingId = Ids.New(time);
        var session = await recorder.StartAsync(Header(recordingId, call, consent), default, ct);
        try
        {
            // After a crash the call goes on in a further recording: its consent is older than its beginning.
            await InsertAsync(recordingId, call, time.GetUtcNow(), ct);
        }
        catch
        {
            await session.StopAsync("not_started", CancellationToken.None);
            await session.DisposeAsync();
            throw;
        }

        _running[call.Id] = session;
        Log.Started(logger, recordingId, call.Id);
        return session;
    }

    /// <summary>The call did not become live after all.</summary>
    public async Task AbandonAsync(IRecordingSession session, CancellationToken ct)
    {
        foreach (var (callId, running) in _running)
        {
            if (ReferenceEquals(running, session))
                _running.TryRemove(callId, out _);
        }

        await session.StopAsync("not_started", ct);
        await session.DisposeAsync();
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<HubDbContext>().Set<RecordingRow>().IgnoreQueryFilters()
            .Where(r => r.Id == session.RecordingId).ExecuteDeleteAsync(ct);
    }

    /// <summary>Seals the journal and queues its muxing. Nothing happens for a call that is not recorded.</summary>
    public async Task StopAsync(string tenantId, string callId, string reason, CancellationToken ct)
    {
        if (!_running.TryRemove(callId, out var session))
            return;
        var summary = await session.StopAsync(reason, ct);
        await session.DisposeAsync();
        await using var scope = scopes.CreateTenantScope(tenantId);
        await QueueMuxAsync(scope.ServiceProvider.GetRequiredService<HubDbContext>(), session.RecordingId, summary.JournalPath, ct);
        Log.Stopped(logger, session.RecordingId, summary.Blocks, summary.Packets, summary.Complete);
    }

    /// <summary>Row to "muxing" and its job in one transaction; again for a row that already is: nothing.</summary>
    public async Task QueueMuxAsync(HubDbContext db, string recordingId, string journalPath, CancellationToken ct)
    {
        var row = await db.Set<RecordingRow>().FirstOrDefaultAsync(r => r.Id == recordingId, ct);
        if (row is not { State: RecordingState.Recording })
            return;
        row.State = RecordingState.Muxing;
        row.JournalPath = journalPath;
        row.Version++;
        jobs.Add(db, row.TenantId, MuxJob.JobKind, recordingId);
        await db.SaveChangesAsync(ct);
        jobs.Wake();
    }

    private async Task InsertAsync(string recordingId, CallRow call, DateTimeOffset at, CancellationToken ct)
    {
        await using var scope = scopes.CreateTenantScope(call.TenantId);
        var db = scope.ServiceProvider.GetRequiredService<HubDbContext>();
        db.Add(new RecordingRow
        {
            Id = recordingId,
            TenantId = call.TenantId,
            TicketId = call.TicketId,
            CallId = call.Id,
            State = RecordingState.Recording,
            Reason = "",
            StartedAt = at,
            GapsJson = "[]",
        });
        await db.SaveChangesAsync(ct);
    }

    private static RecordingHeader Header(string recordingId, CallRow call, ConsentRecord consent) => new()
    {
        RecordingId = recordingId,
        TenantId = call.TenantId,
        TicketId = call.TicketId,
        CallId = call.Id,
        ConsentTextVersion = consent.Version,
        ConsentTextSha256 = consent.TextSha256,
        ConsentLanguage = consent.Language,
        ConsentAt = consent.At,
    };

    private static partial class Log
    {
        [LoggerMessage(1501, LogLevel.Information, "Recording {RecordingId} of call {CallId} started")]
        public static partial void Started(ILogger logger, string recordingId, string callId);

        [LoggerMessage(1502, LogLevel.Information, "Recording {RecordingId} sealed: {Blocks} blocks, {Packets} packets, complete: {Complete}")]
        public static partial void Stopped(ILogger logger, string recordingId, long blocks, long packets, bool complete);
    }
}
