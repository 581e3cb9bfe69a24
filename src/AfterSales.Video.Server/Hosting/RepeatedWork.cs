namespace AfterSales.Video.Server.Hosting;

/// <summary>
/// Work done again and again until the program stops. A round that fails is reported and the next one comes; being stopped, also before
/// the start was over, is no failure.
/// </summary>
internal abstract class RepeatedWork : BackgroundService
{
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await WaitAsync(stoppingToken))
                    return;
                await RunOnceAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                OnFailed(fault);
            }
        }
    }

    /// <summary>Until the next round is due; false when there will be none.</summary>
    protected abstract ValueTask<bool> WaitAsync(CancellationToken ct);

    protected abstract Task RunOnceAsync(CancellationToken ct);

    protected abstract void OnFailed(Exception fault);
}

/// <summary>One round each interval.</summary>
/// <param name="beginsAtOnce">The first round needs no waiting for.</param>
internal abstract class PeriodicWork(TimeSpan interval, TimeProvider time, bool beginsAtOnce = false) : RepeatedWork
{
    private bool _isDue = beginsAtOnce;
    private readonly PeriodicTimer _timer = new(interval, time);

    protected TimeProvider Time => time;

    protected override ValueTask<bool> WaitAsync(CancellationToken ct)
    {
        if (!_isDue)
            return _timer.WaitForNextTickAsync(ct);
        _isDue = false;
        return ValueTask.FromResult(true);
    }

    public override void Dispose()
    {
        base.Dispose();
        _timer.Dispose();
    }
}
