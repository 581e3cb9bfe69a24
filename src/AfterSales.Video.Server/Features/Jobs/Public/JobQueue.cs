using System.Threading.Channels;
using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Jobs.Public;

/// <summary>One kind of job: what it does. Must be able to run twice.</summary>
internal interface IJobHandler
{
    string Kind { get; }

    /// <summary>Throws to be tried again; <paramref name="isLastTry"/> is the chance to record the failure.</summary>
    Task RunAsync(string subjectId, bool isLastTry, CancellationToken ct);
}

/// <summary>The job cannot run now for a reason that is not its own: it stays due, and the try does not count.</summary>
internal sealed class JobPostponedException(string reason) : Exception(reason);

/// <summary>Wakes the worker; losing a wake-up costs a few seconds, never a job.</summary>
internal sealed class JobQueue(TimeProvider time)
{
    public const int Normal = 0;

    /// <summary>Derivatives that take minutes: one at a time, in a lane of their own.</summary>
    public const int Low = 1;

    private readonly Channel<bool>[] _wake = [NewWake(), NewWake()];

    /// <summary>Adds the row to the unit of work; call <see cref="Wake"/> when it is saved.</summary>
    public void Add(HubDbContext db, string tenantId, string kind, string subjectId, int priority = Normal)
    {
        var now = time.GetUtcNow();
        db.Add(new JobRow
        {
            Id = Ids.New(time),
            TenantId = tenantId,
            Kind = kind,
            SubjectId = subjectId,
            State = "queued",
            NotBefore = now,
            LastError = "",
            CreatedAt = now,
            Priority = priority,
        });
    }

    /// <summary>As <see cref="Add"/>, for what may be wanted again: a job that was done or given up is queued anew, one that waits stays.</summary>
    public async Task AddOnceAsync(HubDbContext db, string tenantId, string kind, string subjectId, CancellationToken ct, int priority = Normal)
    {
        var row = await db.Set<JobRow>().FirstOrDefaultAsync(j => j.Kind == kind && j.SubjectId == subjectId, ct);
        if (row is null)
        {
            Add(db, tenantId, kind, subjectId, priority);
            return;
        }

        // A job that is running now keeps its state "queued" and will write "done": the later creation time tells it that it was asked again.
        row.State = "queued";
        row.Attempts = 0;
        row.CreatedAt = row.NotBefore = time.GetUtcNow();
    }

    public void Wake()
    {
        foreach (var lane in _wake)
            lane.Writer.TryWrite(true);
    }

    public async Task WaitAsync(int lane, TimeSpan atMost, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        try
        {
            await _wake[lane].Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Nobody woke us: look anyway.
        }
    }

    private static Channel<bool> NewWake() => Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
}
