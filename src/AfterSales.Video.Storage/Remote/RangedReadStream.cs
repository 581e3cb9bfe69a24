namespace AfterSales.Video.Storage.Remote;

/// <summary>An object over HTTP as a seekable stream: whole windows are fetched with retries, small after a seek, larger the longer one reads on.</summary>
internal sealed class RangedReadStream(RemoteObject remote, Func<long, Memory<byte>, CancellationToken, Task> fetch) : SeekableReadStream(remote.Length)
{
    private const int SmallestWindow = 128 * 1024;
    private const int LargestWindow = 4 << 20;
    private byte[] _window = [];
    private long _start;
    private int _length;
    private int _next = SmallestWindow;

    protected override async ValueTask<ReadOnlyMemory<byte>> WindowAsync(long position, CancellationToken ct)
    {
        if (position < _start || position >= _start + _length)
        {
            _next = position == _start + _length && _length > 0 ? Math.Min(LargestWindow, _next * 2) : SmallestWindow;
            var length = (int)Math.Min(_next, Length - position);
            if (_window.Length < length)
                _window = new byte[length];
            _length = 0;
            await fetch(position, _window.AsMemory(0, length), ct);
            (_start, _length) = (position, length);
        }

        return _window.AsMemory((int)(position - _start).._length);
    }
}
