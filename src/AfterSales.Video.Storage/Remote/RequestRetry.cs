namespace AfterSales.Video.Storage.Remote;

/// <summary>Repeats a request that may succeed the next time. The clients' own retries are switched off, so that one policy holds and time can be moved in tests.</summary>
internal sealed class RequestRetry(RemoteStoreSettings settings, TimeProvider time, Func<Exception, bool> isTransient)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(20);

    /// <summary>Runs the request until it succeeds, fails for good, or the attempts are used up: then the last failure is thrown.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(settings.RequestTimeoutSeconds), time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
            try
            {
                return await request(both.Token);
            }
            catch (Exception e) when (!ct.IsCancellationRequested && attempt < settings.MaxAttempts && (e is OperationCanceledException || isTransient(e)))
            {
                // Repeated below.
            }
            catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
            {
                throw new TimeoutException($"no answer within {settings.RequestTimeoutSeconds} s, {attempt} times", e);
            }

            await Task.Delay(DelayAfter(attempt), time, ct);
        }
    }

    public Task RunAsync(Func<CancellationToken, Task> request, CancellationToken ct) => RunAsync(
        async t =>
        {
            await request(t);
            return true;
        },
        ct);

    /// <summary>Half fixed, half random: clients that failed together do not come back together.</summary>
    private TimeSpan DelayAfter(int attempt)
    {
        var full = Math.Min(LongestDelay.TotalMilliseconds, settings.RetryDelayMilliseconds * Math.Pow(2, attempt - 1));
        return TimeSpan.FromMilliseconds((full / 2) + (Random.Shared.NextDouble() * full / 2));
    }
}
