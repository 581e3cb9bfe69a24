namespace AfterSales.Video.Rtc;

/// <summary>Carries a call to the loop and its result back.</summary>
public static class MediaLoopTasks
{
    /// <summary>Runs <paramref name="work"/> on the loop; at once when already there.</summary>
    /// <exception cref="MediaLoopBusyException">The loop's queue is full, or the loop has stopped.</exception>
    public static Task<T> InvokeAsync<T>(this IMediaLoop loop, Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(work);
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (loop.IsCurrent)
            Run(work, result);
        else if (!loop.TryPost(() => Run(work, result)))
            result.SetException(new MediaLoopBusyException());
        return result.Task;
    }

    /// <inheritdoc cref="InvokeAsync{T}"/>
    public static Task InvokeAsync(this IMediaLoop loop, Action work) => loop.InvokeAsync(() =>
    {
        work();
        return true;
    });

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "The exception belongs to whoever awaits.")]
    private static void Run<T>(Func<T> work, TaskCompletionSource<T> result)
    {
        try
        {
            result.SetResult(work());
        }
        catch (Exception fault)
        {
            result.SetException(fault);
        }
    }
}

/// <summary>The loop took no more work: refuse the request that led here.</summary>
public sealed class MediaLoopBusyException() : InvalidOperationException("The media loop takes no more work now.");
