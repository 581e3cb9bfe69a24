using System.Threading.Channels;
using AfterSales.Video.Native.Sockets;

namespace AfterSales.Video.Rtc.Transport;

/// <summary>Work handed to the loop by other threads: bounded, first in first out, and it wakes the loop.</summary>
internal sealed class CommandQueue(int capacity) : IDisposable
{
    private readonly Channel<Action> _channel = Channel.CreateBounded<Action>(
        new BoundedChannelOptions(capacity) { SingleReader = true, AllowSynchronousContinuations = false });

    // Keeps a burst of posts down to one system call.
    private int _isWoken;

    public EventSignal Signal { get; } = new();

    /// <summary>False when full or completed.</summary>
    public bool TryPost(Action work)
    {
        if (!_channel.Writer.TryWrite(work))
            return false;
        Wake();
        return true;
    }

    public void Wake()
    {
        if (Interlocked.Exchange(ref _isWoken, 1) == 0)
            Signal.Set();
    }

    /// <summary>Before taking work: a post from here on wakes again.</summary>
    public void AcceptWake()
    {
        Signal.Reset();
        Interlocked.Exchange(ref _isWoken, 0);
    }

    public bool TryTake(out Action work) => _channel.Reader.TryRead(out work!);

    public int Count => _channel.Reader.Count;

    public void Complete() => _channel.Writer.TryComplete();

    public void Dispose() => Signal.Dispose();
}
