using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using AfterSales.Video.Evidence.Keys;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Segments;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Jobs.Public;
using AfterSales.Video.Server.Features.Receipts.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>Starts and stops the recorder of a call and keeps the recording's row in step with it.</summary>
internal sealed partial class RecordingControl(
    ICallRecorder recorder, SegmentUploader uploader, RecordingKeys keys, RunningRecordings running, IServiceScopeFactory scopes, JobQueue jobs,
    DataFolder folder, RecorderWatch watch, TimeProvider time,
    ILogger<RecordingControl> logger)
{
    private readonly ConcurrentDictionary<string, IRecordingSession> _sessions = new(StringComparer.Ordinal);

    /// <summary>Calls whose agent was told that the disk is too full.</summary>
    private readonly ConcurrentDictionary<string, bool> _refused = new(StringComparer.Ordinal);

    /// <summary>
    /// Key and row are in the database, then the journal is durable, then it returns. Throws when the disk refuses: no recording, no call.
    /// </summary>
    public async Task<IRecordingSession> StartAsync(CallRow call, ConsentRecord consent, CancellationToken ct)
    {
        var recordingId = Ids.New(time);
        var key = await keys.CreateAsync(call.TenantId, recordingId, ct);
        // The first checkpoint comes before the recorder returns, and refers to the row. After a crash a call goes on in a further recording: its
        // consent is older than its beginning.
        await InsertAsync(recordingId, call, key.Key, ct);
        running.Add(new RunningRecording(recordingId, call.TenantId, call.Id));
        try
        {
            var session = await recorder.StartAsync(Header(recordingId, call, consent, key.KekId), key.Key, ct);
            _sessions[call.Id] = session;
            _ = uploader.Add(session);
            // The header holds it for whoever verifies; this shows it on the timeline.
            session.AppendEvent(new RecordingEvent("consent", new JsonObject { ["textVersion"] = consent.Version, ["language"] = consent.Language }.ToJsonString()));
            if (_refused.TryRemove(call.Id, out _))
                watch.OnAlarm(new RecorderAlarm(recordingId, RecorderAlarmKind.DiskRecovered, "There is room again: this call is being recorded."));
            Log.Started(logger, recordingId, call.Id);
            return session;
        }
        catch (Exception fault)
        {
            // To the agent at once: the buyer only sees that it does not work now.
            if (fault is RecorderRefusedException && _refused.TryAdd(call.Id, true))
                watch.OnAlarm(new RecorderAlarm(recordingId, RecorderAlarmKind.DiskLow, fault.Message));
            await ForgetAsync(call.TenantId, recordingId);
            throw;
        }
    }

    /// <summary>The call did not become live after all.</summary>
    public async Task AbandonAsync(IRecordingSession session, CancellationToken ct)
    {
        foreach (var (callId, known) in _sessions)
        {
            if (ReferenceEquals(known, session))
                _sessions.TryRemove(callId, out _);
        }

        await uploader.ForgetAsync(session.RecordingId);
        await session.StopAsync("not_started", ct);
        await session.DisposeAsync();
        if (running.Find(session.RecordingId) is { } recording)
            await ForgetAsync(recording.TenantId, session.RecordingId);
    }

    /// <summary>False when the call is not recorded. Nothing is kept until <see cref="Resume"/>; the gap and its reason are.</summary>
    public bool Pause(string callId, string reason)
    {
        if (!_sessions.TryGetValue(callId, out var session))
            return false;
        session.Pause(reason);
        return true;
    }

    /// <summary>False when the call is not recorded.</summary>
    public bool Resume(string callId)
    {
        if (!_sessions.TryGetValue(callId, out var session))
            return false;
        session.Resume();
        return true;
    }

    /// <summary>Seals the journal, gives the receipt and queues the muxing. Nothing happens for a call that is not recorded.</summary>
    public async Task StopAsync(string tenantId, string callId, string reason, CancellationToken ct)
    {
        _refused.TryRemove(callId, out _);
        if (!_sessions.TryRemove(callId, out var session))
            return;
        var summary = await session.StopAsync(reason, ct);
        var synced = session.Synced;
        await session.DisposeAsync();
        await using var scope = scopes.CreateTenantScope(tenantId);
        var ended = new EndedJournal(summary.JournalPath, summary.Blocks, summary.HeadHashHex, reason, (long)summary.Duration.TotalMilliseconds);
        await QueueMuxAsync(scope.ServiceProvider, session.RecordingId, ended, ct);
        Log.Stopped(logger, session.RecordingId, summary.Blocks, summary.Packets, summary.Complete);
        if (synced is not null)
            await IssueReceiptAsync(scope.ServiceProvider, session.RecordingId, Head(synced, summary), summary.Complete, ct);
        running.Remove(session.RecordingId);
    }

    /// <summary>Row to "muxing" and its job in one transaction; again for a row that already is: nothing.</summary>
    public async Task QueueMuxAsync(IServiceProvider services, string recordingId, EndedJournal journal, CancellationToken ct)
    {
        var db = services.GetRequiredService<HubDbContext>();
        var row = await db.Set<RecordingRow>().FirstOrDefaultAsync(r => r.Id == recordingId, ct);
        if (row is not { State: RecordingState.Recording })
            return;
        row.State = RecordingState.Muxing;
        row.JournalPath = folder.Relative(journal.Path);
        row.Blocks = journal.Blocks;
        row.HeadHex = journal.HeadHex;
        row.EndReason = journal.EndReason;
        row.DurationMs = journal.DurationMs;
        row.Recovered = journal.Loss is not null;
        row.LossMs = (long)(journal.Loss ?? TimeSpan.Zero).TotalMilliseconds;
        row.Version++;
        jobs.Add(db, row.TenantId, MuxJob.JobKind, recordingId);
        await db.SaveChangesAsync(ct);
        jobs.Wake();
    }

    /// <summary>A receipt that cannot be given now is given when the recording is sealed.</summary>
    public async Task IssueReceiptAsync(IServiceProvider services, string recordingId, ReceiptHead head, bool complete, CancellationToken ct)
    {
        try
        {
            var row = await services.GetRequiredService<HubDbContext>().Set<RecordingRow>().AsNoTracking().FirstAsync(r => r.Id == recordingId, ct);
            await services.GetRequiredService<ReceiptBook>().IssueAsync(row, head, complete, ct);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Log.NoReceipt(logger, fault, recordingId);
        }
    }

    private static ReceiptHead Head(JournalHead synced, JournalSummary summary) => new(
        synced.Part, synced.Seq, synced.HeadHex, DateTimeOffset.UnixEpoch.AddTicks(synced.UtcNs / 100), summary.Blocks, (long)summary.Duration.TotalMilliseconds);

    private async Task InsertAsync(string recordingId, CallRow call, ReadOnlyMemory<byte> key, CancellationToken ct)
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
            StartedAt = time.GetUtcNow(),
            GapsJson = "[]",
            DataKeyId = Convert.ToHexStringLower(DataKey.IdOf(key.Span)),
        });
        await db.SaveChangesAsync(ct);
    }

    // There was no call, so there is no recording: its empty journal stays on the disk, unreadable.
    private async Task ForgetAsync(string tenantId, string recordingId)
    {
        running.Remove(recordingId);
        await using var scope = scopes.CreateTenantScope(tenantId);
        var db = scope.ServiceProvider.GetRequiredService<HubDbContext>();
        await db.Set<CheckpointRow>().Where(c => c.RecordingId == recordingId).ExecuteDeleteAsync();
        await db.Set<RecordingRow>().Where(r => r.Id == recordingId).ExecuteDeleteAsync();
        await keys.DestroyAsync(tenantId, recordingId, CancellationToken.None);
    }

    private static RecordingHeader Header(string recordingId, CallRow call, ConsentRecord consent, string kekId) => new()
    {
        RecordingId = recordingId,
        TenantId = call.TenantId,
        TicketId = call.TicketId,
        CallId = call.Id,
        ConsentTextVersion = consent.Version,
        ConsentTextSha256 = consent.TextSha256,
        ConsentLanguage = consent.Language,
        ConsentAt = consent.At,
        KeyId = kekId,
    };

    private static partial class Log
    {
        [LoggerMessage(1501, LogLevel.Information, "Recording {RecordingId} of call {CallId} started")]
        public static partial void Started(ILogger logger, string recordingId, string callId);

        [LoggerMessage(1502, LogLevel.Information, "Recording {RecordingId} sealed: {Blocks} blocks, {Packets} packets, complete: {Complete}")]
        public static partial void Stopped(ILogger logger, string recordingId, long blocks, long packets, bool complete);

        [LoggerMessage(1507, LogLevel.Error, "The receipt of recording {RecordingId} could not be given; it follows when the recording is sealed")]
        public static partial void NoReceipt(ILogger logger, Exception fault, string recordingId);
    }
}

/// <summary>A journal that is closed.</summary>
/// <param name="Path">Its first part.</param>
/// <param name="Blocks">Without the END block.</param>
/// <param name="HeadHex">Of the END block.</param>
/// <param name="Loss">What is missing at most when recovery closed it; null when the recorder did.</param>
internal sealed record EndedJournal(string Path, long Blocks, string HeadHex, string EndReason, long DurationMs, TimeSpan? Loss = null);
