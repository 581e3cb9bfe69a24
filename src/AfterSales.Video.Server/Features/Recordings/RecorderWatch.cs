using System.Threading.Channels;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Signalling.Public;

namespace AfterSales.Video.Server.Features.Recordings;

/// <summary>
/// What the recorder's threads report, worked on away from them: heads of journals become signed checkpoints in the database and with the
/// participants, alarms reach the agents' pages.
/// </summary>
internal sealed partial class RecorderWatch : IHostedService, IDisposable
{
    /// <summary>A hundred calls make 20 checkpoints a second: this is minutes of a database that does not answer.</summary>
    private const int Capacity = 4096;

    /// <summary>One commit for so many at most: a database that is slow is asked for a little at a time.</summary>
    private const int MaxBatch = 64;

    /// <summary>A commit costs as much for one row as for twenty, and of the 10 s within which a checkpoint is promised half are left.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(300);

    private readonly Channel<(RunningRecording? Recording, object Report)> _reports =
        Channel.CreateBounded<(RunningRecording?, object)>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    private readonly RunningRecordings _running;
    private readonly CheckpointKeeper _checkpoints;
    private readonly LiveCalls _live;
    private readonly IServiceScopeFactory _scopes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _working;

    public RecorderWatch(
        RunningRecordings running, CheckpointKeeper checkpoints, LiveCalls live, IServiceScopeFactory scopes, TimeProvider time, ILogger<RecorderWatch> logger)
    {
        (_running, _checkpoints, _live, _scopes, _time, _logger) = (running, checkpoints, live, scopes, time, logger);
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

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _reports.Writer.TryComplete();
        await _stopping.CancelAsync();
        await _working.WaitAsync(cancellationToken);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task WorkAsync()
    {
        var batch = new List<(RunningRecording? Recording, object Report)>();
        var heads = new List<(RunningRecording Recording, JournalHead Head)>();
        while (await TakeAsync(batch))
        {
            foreach (var (recording, report) in batch)
            {
                if (report is JournalHead head)
                    heads.Add((recording!, head));
                else
                    await RaiseInTurnAsync(heads, recording, (RecorderAlarm)report);
            }

            await _checkpoints.KeepAsync(heads);
            heads.Clear();
        }
    }

    /// <summary>Waits for a report and then a little for more, unless somebody waits for this one.</summary>
    private async Task<bool> TakeAsync(List<(RunningRecording? Recording, object Report)> batch)
    {
        batch.Clear();
        if (!await _reports.Reader.WaitToReadAsync())
            return false;
        Drain(batch);
        if (batch.TrueForAll(r => r.Report is JournalHead { IsEnd: false }))
        {
            await Task.Delay(Linger, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Drain(batch);
        }

        return true;
    }

    private void Drain(List<(RunningRecording? Recording, object Report)> batch)
    {
        while (batch.Count < MaxBatch && _reports.Reader.TryRead(out var report))
            batch.Add(report);
    }

    /// <summary>What came before the alarm is kept before it is raised: it may end the recording.</summary>
    private async Task RaiseInTurnAsync(List<(RunningRecording Recording, JournalHead Head)> heads, RunningRecording? recording, RecorderAlarm alarm)
    {
        await _checkpoints.KeepAsync(heads);
        heads.Clear();
        try
        {
            await RaiseAsync(recording, alarm);
        }
        catch (Exception fault)
        {
            Log.Failed(_logger, fault, recording?.RecordingId ?? "all");
        }
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
