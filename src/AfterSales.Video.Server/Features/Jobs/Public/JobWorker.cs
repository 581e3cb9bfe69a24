using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Jobs.Public;

/// <summary>
/// Runs due jobs in two lanes: two at a time of what people wait for, one of what takes minutes. FFmpeg must not take the calls' processor, and
/// a long job must not hold up a short one.
/// </summary>
internal sealed partial class JobWorker(JobQueue queue, IServiceScopeFactory scopes, TimeProvider time, ILogger<JobWorker> logger) : BackgroundService
{
    private const int MaxAttempts = 3;

    /// <summary>Between looks without a wake-up; also the first pause after a failure.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(RunLaneAsync(JobQueue.Normal, 2, stoppingToken), RunLaneAsync(JobQueue.Low, 1, stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Being stopped, also before the start was over, is no failure.
        }
    }

    private async Task RunLaneAsync(int lane, int width, CancellationToken ct)
    {
        var running = new Dictionary<string, Task>(StringComparer.Ordinal);
        // One waiter at a time: a forgotten one would swallow the next wake-up.
        var wake = queue.WaitAsync(lane, Idle, ct);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                foreach (var id in running.Where(r => r.Value.IsCompleted).Select(r => r.Key).ToList())
                    running.Remove(id);
                var due = running.Count < width ? await DueAsync(lane, running.Keys, ct) : null;
                if (due is not null)
                    running[due.Id] = Task.Run(() => RunAsync(due, ct), ct);
                else if (running.Count >= width)
                    await Task.WhenAny(running.Values);
                else
                    await Task.WhenAny([wake, .. running.Values]);
                if (wake.IsCompleted)
                    wake = queue.WaitAsync(lane, Idle, ct);
            }
            catch (Exception fault) when (!ct.IsCancellationRequested)
            {
                Log.WorkerFailed(logger, fault);
                await wake;
            }
        }

        await Task.WhenAll(running.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<JobRow?> DueAsync(int lane, ICollection<string> running, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var now = time.GetUtcNow();
        return await scope.ServiceProvider.GetRequiredService<HubDbContext>().Set<JobRow>().IgnoreQueryFilters().AsNoTracking()
            .Where(j => j.State == "queued" && j.Priority == lane && j.NotBefore <= now && !running.Contains(j.Id))
            .OrderBy(j => j.NotBefore).FirstOrDefaultAsync(ct);
    }

    private async Task RunAsync(JobRow job, CancellationToken ct)
    {
        await using var scope = scopes.CreateTenantScope(job.TenantId);
        var attempt = job.Attempts + 1;
        try
        {
            var handler = scope.ServiceProvider.GetServices<IJobHandler>().Single(h => h.Kind == job.Kind);
            await handler.RunAsync(job.SubjectId, attempt >= MaxAttempts, ct);
            await SaveAsync(job, "done", attempt, "", ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
        catch (JobPostponedException postponed)
        {
            Log.JobPostponed(logger, job.Kind, job.SubjectId, postponed.Message);
            await SaveAsync(job, "queued", job.Attempts, "postponed", ct);
        }
        catch (Exception fault)
        {
            Log.JobFailed(logger, fault, job.Kind, job.SubjectId, attempt);
            await SaveAsync(job, attempt >= MaxAttempts ? "dead" : "queued", attempt, fault.GetType().Name, ct);
        }
    }

    // In a scope of its own: a handler that failed may have left its unit of work in any state. A job that was asked for again while it ran has
    // a newer creation time and stays queued.
    private async Task SaveAsync(JobRow job, string state, int attempt, string error, CancellationToken ct)
    {
        await using var scope = scopes.CreateTenantScope(job.TenantId);
        var notBefore = time.GetUtcNow() + Idle * Math.Pow(4, Math.Max(0, attempt - 1));
        await scope.ServiceProvider.GetRequiredService<HubDbContext>().Set<JobRow>().Where(j => j.Id == job.Id && j.CreatedAt == job.CreatedAt).ExecuteUpdateAsync(
            set => set.SetProperty(j => j.State, state).SetProperty(j => j.Attempts, attempt)
                .SetProperty(j => j.NotBefore, notBefore).SetProperty(j => j.LastError, error), ct);
    }

    private static partial class Log
    {
        [LoggerMessage(1401, LogLevel.Error, "Job {Kind} of {SubjectId} failed at try {Attempt}")]
        public static partial void JobFailed(ILogger logger, Exception fault, string kind, string subjectId, int attempt);

        [LoggerMessage(1403, LogLevel.Warning, "Job {Kind} of {SubjectId} waits: {Reason}")]
        public static partial void JobPostponed(ILogger logger, string kind, string subjectId, string reason);

        [LoggerMessage(1402, LogLevel.Error, "Looking for due jobs failed; trying again")]
        public static partial void WorkerFailed(ILogger logger, Exception fault);
    }
}
