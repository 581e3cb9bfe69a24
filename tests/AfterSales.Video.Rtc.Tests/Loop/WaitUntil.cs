using System.Diagnostics;

namespace AfterSales.Video.Rtc.Tests.Loop;

/// <summary>Waits for something another thread will make true. Gives the processor away instead of sleeping.</summary>
internal static class WaitUntil
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task TrueAsync(Func<bool> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, "It did not happen within 20 s.");
            await Task.Yield();
        }
    }

    /// <summary>Waits on a loop's own timer.</summary>
    public static async Task LoopTimeAsync(MediaLoop loop, TimeSpan span)
    {
        var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await loop.InvokeAsync(() => loop.Schedule(span, passed.SetResult));
        await passed.Task.WaitAsync(Patience);
    }
}
