using System.Threading.Channels;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Signalling.Public;

namespace AfterSales.Video.Server.Features.Recordings;

/// <summary>
/// What the recorder's threads report, worked on away from them: heads of journals become signed checkpoints in the database and with the
/// participants, alarms reach the agents' pages.
/// </summary>
internal sealed partial class RecorderWatch : IHostedService
{
    /// <summary>A hundred calls make 20 checkpoints a second: this is minutes of a database that does not answer.</summary>
    private const int Capacity = 4096;

    private readonly Channel<(RunningRecording? Recording, object Report)> _reports =
        Channel.CreateBounded<(RunningRecording?, object)>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    private readonly RunningRecordings _running;
    private readonly IEvidenceSigner _signer;
    private readonly LiveCalls _live;
    private readonly TimestampQueue _timestamps;
    private readonly IServiceScopeFactory _scopes;
    private readonly ILogger _logger;
    private readonly Task _working;

    public RecorderWatch(
        RunningRecordings running, IEvidenceSigner signer, LiveCalls live, TimestampQueue timestamps, IServiceScopeFactory scopes, ILogger<RecorderWatch> logger)
    {
        (_running, _signer, _live, _timestamps, _scopes, _logger) = (running, signer, live, timestamps, scopes, logger);
        _working = Task.Run(WorkAsync);
    }

    /// <summary>Recorder's sync thread: never blocks. A head that finds no room is covered by the next one.</summary>
    public void OnHead(JournalHead head)
    {
        if (_running.Find(head.RecordingId) is { } recording && !_reports.Writer.TryWrite((recording, head)))
            Log.Full(_logger, head.RecordingId);
    }

    /// <summary>Recorder's threads.</summary>
    public void OnAlarm(RecorderAlarm alarm)
    {
        var recording = alarm.RecordingId is { } id ? _running.Find(id) : null;
        if (!_reports.Writer.TryWrite((recording, alarm)))
            Log.Full(_logger, alarm.RecordingId ?? "all");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _reports.Writer.TryComplete();
        return _working.WaitAsync(cancellationToken);
    }

    private async Task WorkAsync()
    {
        await foreach (var (recording, report) in _reports.Reader.ReadAllAsync())
        {
            try
            {
                await (report switch
                {
                    JournalHead head => KeepAsync(recording!, head),
                    RecorderAlarm alarm => RaiseAsync(recording, alarm),
                    _ => Task.CompletedTask,
                });
            }
            catch (Exception fault)
            {
                Log.Failed(_logger, fault, recording?.RecordingId ?? "all");
            }
        }
    }

    private async Task KeepAsync(RunningRecording recording, JournalHead head)
    {
        var at = DateTimeOffset.UnixEpoch.AddTicks(head.UtcNs / 100);
        var document = new Evidence.Manifests.Checkpoint(head.RecordingId, head.Part, head.Seq, head.HeadHex, at);
        var envelope = SignedText.Of(SignedDocuments.Checkpoint.Sign(document, _signer));
        await using var scope = _scopes.CreateTenantScope(recording.TenantId);
        var db = scope.ServiceProvider.GetRequiredService<HubDbContext>();
        var row = new CheckpointRow
        {
            RecordingId = head.RecordingId,
            Part = head.Part,
            BlockSeq = head.Seq,
            TenantId = recording.TenantId,
            HeadHex = head.HeadHex,
            At = at,
            Envelope = envelope,
        };
        db.Add(row);
        _timestamps.AddCheckpoint(db, row, head.IsEnd);
        await db.SaveChangesAsync();
        // Last, so that an echo finds its row.
        _live.Find(recording.CallId)?.Broadcast(new Contracts.Hubs.Checkpoint(head.RecordingId, head.Part, head.Seq, head.HeadHex, at, envelope));
    }

    private async Task RaiseAsync(RunningRecording? recording, RecorderAlarm alarm)
    {
        Log.Alarm(_logger, alarm.RecordingId ?? "all", alarm.Kind, alarm.Detail);
        if (recording is null)
            _live.Alarm(alarm);
        else
            _live.Find(recording.CallId)?.Alarm(alarm);
        if (recording is null || alarm.Kind != RecorderAlarmKind.SealedForSpace)
            return;
        await using var scope = _scopes.CreateTenantScope(recording.TenantId);
        await scope.ServiceProvider.GetRequiredService<RecordingControl>().StopAsync(recording.TenantId, recording.CallId, "disk_full", CancellationToken.None);
    }

    private static partial class Log
    {
        [LoggerMessage(1510, LogLevel.Error, "A report about recording {RecordingId} could not be worked on")]
        public static partial void Failed(ILogger logger, Exception fault, string recordingId);

        [LoggerMessage(1511, LogLevel.Warning, "Too many reports wait: one about recording {RecordingId} is left out")]
        public static partial void Full(ILogger logger, string recordingId);

        [LoggerMessage(1512, LogLevel.Warning, "The recorder reports {Kind} about {RecordingId}: {Detail}")]
        public static partial void Alarm(ILogger logger, string recordingId, string kind, string detail);
    }
}
