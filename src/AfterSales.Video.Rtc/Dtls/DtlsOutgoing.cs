using AfterSales.Video.Native.OpenSsl;

namespace AfterSales.Video.Rtc.Dtls;

/// <summary>
/// What a session wants sent. A memory BIO forgets datagram boundaries, so they are made anew: whole records, as many as
/// fit (RFC 6347 §4.1.1 allows several in one datagram).
/// </summary>
internal sealed class DtlsOutgoing
{
    private const int InitialBytes = 2048;

    private byte[] _bytes = [];
    private int _start;
    private int _end;

    internal void Collect(DtlsConnection connection)
    {
        while (true)
        {
            if (_start == _end)
                _start = _end = 0;
            if (_end == _bytes.Length)
                Array.Resize(ref _bytes, Math.Max(InitialBytes, _bytes.Length * 2));
            var read = connection.ReadOutput(_bytes.AsSpan(_end));
            if (read == 0)
                return;
            _end += read;
        }
    }

    internal bool TryTake(Span<byte> destination, out int length)
    {
        var pending = _bytes.AsSpan(_start, _end - _start);
        length = 0;
        while (DtlsRecords.TryReadLength(pending[length..], out var record) && length + record <= destination.Length)
            length += record;
        pending[..length].CopyTo(destination);
        _start += length;
        return length > 0;
    }
}
