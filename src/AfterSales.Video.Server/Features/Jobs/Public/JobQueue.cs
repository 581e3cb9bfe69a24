using System.Threading.Channels;
using AfterSales.Video.Server.Data;

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
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Adds the row to the unit of work; call <see cref="Wake"/> when it is saved.</summary>
    public void Add(HubDbContext db, string tenantId, string kind, string subjectId)
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
        });
    }

    public void Wake() => _wake.Writer.TryWrite(true);

    public async Task WaitAsync(TimeSpan atMost, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Nobody woke us: look anyway.
        }
    }
}
