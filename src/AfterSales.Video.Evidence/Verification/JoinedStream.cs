namespace AfterSales.Video.Evidence.Verification;

/// <summary>Files one after the other as one stream, read forward; one is open at a time.</summary>
internal sealed class JoinedStream(IReadOnlyList<string> names, IExportFiles files) : Stream
{
    private const int MaxBuffer = 64 * 1024;
    private Stream? _current;
    private int _next;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_current is null)
            {
                if (_next == names.Count)
                    return 0;
                var name = names[_next++];
                _current = new BufferedStream(files.Open(name), (int)Math.Clamp(files.Lengths[name], 1, MaxBuffer));
            }

            var read = _current.Read(buffer);
            if (read > 0)
                return read;
            _current.Dispose();
            _current = null;
        }

        return 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Read only.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _current?.Dispose();
        base.Dispose(disposing);
    }
}
