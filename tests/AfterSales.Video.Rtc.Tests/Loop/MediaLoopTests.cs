using System.Net;
using System.Net.Sockets;
using AfterSales.Video.TestKit.Time;

namespace AfterSales.Video.Rtc.Tests.Loop;

public sealed class MediaLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static MediaLoopOptions Local { get; } = new() { BindAddress = IPAddress.Loopback, UdpPort = 0, TcpPort = 0 };

    [Fact]
    public async Task Posted_work_runs_on_the_loop_in_order()
    {
        await using var loop = MediaLoop.Start(Local);
        var order = new List<int>();
        var tasks = Enumerable.Range(0, 200).Select(i => loop.InvokeAsync(() =>
        {
            Assert.True(loop.IsCurrent);
            order.Add(i);
        })).ToArray();
        await Task.WhenAll(tasks).WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(0, 200), order);
        Assert.False(loop.IsCurrent);
    }

    [Fact]
    public async Task A_full_queue_refuses_and_goes_on_when_there_is_room()
    {
        await using var loop = MediaLoop.Start(Local with { CommandQueueCapacity = 4 });
        using var hold = new ManualResetEventSlim();
        using var held = new ManualResetEventSlim();
        Assert.True(loop.TryPost(() =>
        {
            held.Set();
            hold.Wait(Patience);
        }));
        Assert.True(held.Wait(Patience));
        var accepted = Enumerable.Range(0, 10).Count(_ => loop.TryPost(() => { }));
        Assert.Equal(4, accepted);
        await Assert.ThrowsAsync<MediaLoopBusyException>(() => loop.InvokeAsync(() => 1));
        hold.Set();
        while (loop.QueuedCommands > 0)
            await Task.Yield();
        Assert.Equal(7, await loop.InvokeAsync(() => 7).WaitAsync(Patience));
    }

    [Fact]
    public async Task An_exception_in_posted_work_or_a_timer_is_reported_and_the_loop_goes_on()
    {
        var faults = new List<string>();
        await using var loop = MediaLoop.Start(Local with { OnFault = fault => faults.Add(fault.Message) });
        loop.TryPost(() => throw new InvalidOperationException("work"));
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await loop.InvokeAsync(() =>
        {
            loop.Schedule(TimeSpan.Zero, () => throw new InvalidOperationException("timer"));
            loop.Schedule(TimeSpan.FromMilliseconds(1), fired.SetResult);
        });
        await fired.Task.WaitAsync(Patience);
        Assert.Equal(["work", "timer"], faults);
        Assert.Equal(2, loop.Counters.Faults);
    }

    [Fact]
    public async Task Timers_fire_in_order_of_their_time_and_cancelled_ones_do_not()
    {
        var time = new ManualTimeProvider();
        await using var loop = MediaLoop.Start(Local with { TimeProvider = time });
        var fired = new List<string>();
        var last = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await loop.InvokeAsync(() =>
        {
            loop.Schedule(TimeSpan.FromSeconds(2), () => fired.Add("two"));
            loop.Schedule(TimeSpan.FromSeconds(1), () => fired.Add("one"));
            loop.Schedule(TimeSpan.FromSeconds(1.5), () => fired.Add("cancelled")).Cancel();
            loop.Schedule(TimeSpan.FromSeconds(3), last.SetResult);
        });
        time.Advance(TimeSpan.FromSeconds(1));
        await WaitUntil.TrueAsync(() => fired.Count > 0);
        Assert.Equal(["one"], fired);
        time.Advance(TimeSpan.FromSeconds(2));
        await last.Task.WaitAsync(Patience);
        Assert.Equal(["one", "two"], fired);
    }

    [Fact]
    public async Task A_periodic_timer_repeats_until_cancelled()
    {
        var time = new ManualTimeProvider();
        await using var loop = MediaLoop.Start(Local with { TimeProvider = time });
        var count = 0;
        LoopTimer? timer = null;
        await loop.InvokeAsync(() => timer = loop.SchedulePeriodic(TimeSpan.FromMilliseconds(100), () => count++));
        for (var i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await WaitUntil.TrueAsync(() => Volatile.Read(ref count) == i + 1);
        }

        await loop.InvokeAsync(() => timer!.Cancel());
        time.Advance(TimeSpan.FromSeconds(1));
        await loop.InvokeAsync(() => { });
        Assert.Equal(5, count);
    }

    [Fact]
    public async Task An_idle_loop_sleeps()
    {
        await using var loop = MediaLoop.Start(Local);
        await loop.InvokeAsync(() => loop.Schedule(TimeSpan.FromMinutes(5), () => { }));
        var before = loop.Counters.Iterations;
        var later = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await loop.InvokeAsync(() => loop.Schedule(TimeSpan.FromMilliseconds(300), later.SetResult));
        await later.Task.WaitAsync(Patience);
        Assert.InRange(loop.Counters.Iterations - before, 1, 6);
    }

    [Fact]
    public async Task A_port_in_use_is_told_at_start()
    {
        await using var first = MediaLoop.Start(Local);
        var fault = Assert.Throws<Native.Sockets.NativeSocketException>(() => MediaLoop.Start(Local with { UdpPort = first.UdpPort }));
        Assert.Contains(first.UdpPort!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture), fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dual_stack_takes_IPv4_and_IPv6_on_one_port()
    {
        await using var loop = MediaLoop.Start(Local with { BindAddress = IPAddress.IPv6Any });
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            using var udp = new UdpClient(address.AddressFamily);
            var before = loop.Counters.DroppedUnknown;
            await udp.SendAsync(new byte[] { 255, 1, 2 }, new IPEndPoint(address, loop.UdpPort!.Value));
            await WaitUntil.TrueAsync(() => loop.Counters.DroppedUnknown > before);
        }
    }

    [Fact]
    public async Task Start_and_stop_leave_no_descriptor_behind()
    {
        for (var i = 0; i < 3; i++)
            await StartAndStopAsync(); // whatever the runtime keeps for itself is there from now on
        var before = OpenDescriptors.Count("socket:", "anon_inode:");
        for (var i = 0; i < 30; i++)
            await StartAndStopAsync();
        Assert.InRange(OpenDescriptors.Count("socket:", "anon_inode:"), 0, before + 10);
    }

    private static async Task StartAndStopAsync()
    {
        await using var loop = MediaLoop.Start(Local);
        await loop.InvokeAsync(() => { });
    }
}
