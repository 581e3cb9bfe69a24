using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Jobs.Public;

/// <summary>Runs due jobs, two at a time at most: FFmpeg must not take the calls' processor.</summary>
internal sealed partial class JobWorker(JobQueue queue, IServiceScopeFactory scopes, TimeProvider time, ILogger<JobWorker> logger) : BackgroundService
{
    private const int MaxAttempts = 3;
    private const int Parallel = 2;

    /// <summary>Between looks without a wake-up; also the first pause after a failure.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var due = await DueAsync(stoppingToken);
                await System.Threading.Tasks.Parallel.ForEachAsync(
                    due, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = stoppingToken }, async (job, ct) => await RunAsync(job, ct));
                if (due.Count == 0)
                    await queue.WaitAsync(Idle, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                Log.WorkerFailed(logger, fault);
                await queue.WaitAsync(Idle, stoppingToken);
            }
        }
    }

    private async Task<List<JobRow>> DueAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var now = time.GetUtcNow();
        return await scope.ServiceProvider.GetRequiredService<HubDbContext>().Set<JobRow>().IgnoreQueryFilters().AsNoTracking()
            .Where(j => j.State == "queued" && j.NotBefore <= now).OrderBy(j => j.NotBefore).Take(16).ToListAsync(ct);
    }

    private async Task RunAsync(JobRow job, CancellationToken ct)
    {
        await using var scope = scopes.CreateTenantScope(job.TenantId);
        var attempt = job.Attempts + 1;
        try
        {
            var handler = scope.ServiceProvider.GetServices<IJobHandler>().Single(h => h.Kind == job.Kind);
            await handler.RunAsync(job.SubjectId, attempt >= MaxAttempts, ct);
            await SaveAsync(scope, job, "done", attempt, "", ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
        catch (JobPostponedException postponed)
        {
            Log.JobPostponed(logger, job.Kind, job.SubjectId, postponed.Message);
            await SaveAsync(scope, job, "queued", job.Attempts, "postponed", ct);
        }
        catch (Exception fault)
        {
            Log.JobFailed(logger, fault, job.Kind, job.SubjectId, attempt);
            await SaveAsync(scope, job, attempt >= MaxAttempts ? "dead" : "queued", attempt, fault.GetType().Name, ct);
        }
    }

    private async Task SaveAsync(AsyncServiceScope scope, JobRow job, string state, int attempt, string error, CancellationToken ct)
    {
        var notBefore = time.GetUtcNow() + Idle * Math.Pow(4, Math.Max(0, attempt - 1));
        await scope.ServiceProvider.GetRequiredService<HubDbContext>().Set<JobRow>().Where(j => j.Id == job.Id).ExecuteUpdateAsync(
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
