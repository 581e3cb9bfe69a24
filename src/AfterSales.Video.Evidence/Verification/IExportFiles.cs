namespace AfterSales.Video.Evidence.Verification;

/// <summary>The files of an export, from a folder, a ZIP or memory. Names are safe, unique and use "/".</summary>
public interface IExportFiles : IDisposable
{
    /// <summary>Length by name.</summary>
    IReadOnlyDictionary<string, long> Lengths { get; }

    /// <summary>Reads from the beginning; never more than the stated length. Throws <see cref="InvalidDataException"/> or <see cref="IOException"/>.</summary>
    Stream Open(string name);
}

/// <summary>What may be in an export.</summary>
public static class ExportLimits
{
    public const int MaxFiles = 50_000;
    public const long MaxTotalLength = 256L << 30;

    /// <summary>A ZIP entry that unpacks to more than so many times its size is refused: media does not compress.</summary>
    public const int MaxRatio = 200;
    private const int MaxNameLength = 200;
    private const int MaxDepth = 4;

    /// <summary>One to four parts of [A-Za-z0-9-_.], none beginning with a dot.</summary>
    public static bool IsSafeName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > MaxNameLength)
            return false;
        var parts = name.Split('/');
        return parts.Length <= MaxDepth
            && parts.All(p => p.Length > 0 && p[0] != '.' && p.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));
    }

    internal static string Printable(string text) => string.Concat(text.Take(60).Select(c => c is >= ' ' and < (char)127 ? c : '?'));
}

/// <summary>Names and lengths while they are listed.</summary>
internal sealed class ExportListing
{
    private readonly HashSet<string> _folded = new(StringComparer.Ordinal);
    private long _total;

    public Dictionary<string, long> Lengths { get; } = new(StringComparer.Ordinal);

    /// <summary>"" or why this set of files is refused.</summary>
    public string Add(string name, long length)
    {
        if (!ExportLimits.IsSafeName(name))
            return $"a name is not allowed: {ExportLimits.Printable(name)}";
        if (!_folded.Add(name.ToUpperInvariant()))
            return $"{name} stands twice";
        if (length < 0 || length > ExportLimits.MaxTotalLength - _total)
            return "too large";
        _total += length;
        Lengths.Add(name, length);
        return Lengths.Count > ExportLimits.MaxFiles ? $"more than {ExportLimits.MaxFiles} files" : "";
    }
}

/// <summary>Stops a reader at the stated length, so that no entry gives more than it says.</summary>
internal sealed class BoundedStream(Stream inner, long length) : Stream
{
    private long _left = length;

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
        if (buffer.IsEmpty)
            return 0;
        if (_left == 0)
            return inner.ReadByte() < 0 ? 0 : throw new InvalidDataException("holds more than its stated length");
        var read = inner.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        _left -= read;
        return read > 0 ? read : throw new InvalidDataException("holds less than its stated length");
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
            inner.Dispose();
        base.Dispose(disposing);
    }
}
