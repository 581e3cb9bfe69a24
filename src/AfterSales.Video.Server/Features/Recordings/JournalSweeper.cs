using AfterSales.Video.Evidence;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Recordings;

/// <summary>Deletes local journals whose time is over.</summary>
internal sealed partial class JournalSweeper(IServiceScopeFactory scopes, IOptions<RecordingOptions> options, TimeProvider time, ILogger<JournalSweeper> logger)
    : PeriodicWork(TimeSpan.FromMinutes(1), time)
{
    /// <summary>Reading a journal back from a store that fails is not tried again each minute.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromHours(1);

    private readonly Dictionary<string, DateTimeOffset> _resting = new(StringComparer.Ordinal);

    protected override Task RunOnceAsync(CancellationToken ct) => SweepAsync(ct);

    protected override void OnFailed(Exception fault) => Log.Failed(logger, fault);

    /// <summary>How many were deleted.</summary>
    internal async Task<int> SweepAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var journals = scope.ServiceProvider.GetRequiredService<JournalKeeper>();
        var (now, deleted) = (Time.GetUtcNow(), 0);
        foreach (var recordingId in await journals.DueAsync(now - options.Value.KeepJournal, ct))
        {
            if (_resting.TryGetValue(recordingId, out var until) && now < until)
                continue;
            _resting[recordingId] = now + Rest;
            try
            {
                if (!await journals.TryDeleteAsync(recordingId, ct))
                    continue;
                _resting.Remove(recordingId);
                deleted++;
            }
            catch (Exception fault) when (fault is EvidenceStoreException or IOException)
            {
                Log.Failed(logger, fault);
            }
        }

        return deleted;
    }

    private static partial class Log
    {
        [LoggerMessage(1553, LogLevel.Warning, "Looking after local journals failed; they stay, and it is tried again")]
        public static partial void Failed(ILogger logger, Exception fault);
    }
}
