using System.Security.Cryptography;

namespace AfterSales.Video.Storage.Sealing;

/// <summary>Reads plaintext from a source and gives the sealed bytes, once, forward only. Knows length and digest of the plaintext when read to its end.</summary>
internal sealed class SealingStream(Stream source, SealedObject seal) : ForwardStream
{
    private readonly IncrementalHash _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _output = new byte[SealedObject.StoredChunkLength];
    private byte[] _chunk = new byte[SealedObject.ChunkLength];
    private byte[] _next = new byte[SealedObject.ChunkLength];
    private ReadOnlyMemory<byte> _pending = seal.Header;
    private int _ahead = -1;
    private uint _index;
    private bool _sealed;

    /// <summary>Of the plaintext.</summary>
    public long PlainLength { get; private set; }

    /// <summary>Of the plaintext, lower-case hex; empty before the end.</summary>
    public string Sha256 { get; private set; } = "";

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;
        if (_pending.IsEmpty)
            await RefillAsync(cancellationToken);
        var length = Math.Min(buffer.Length, _pending.Length);
        _pending[..length].CopyTo(buffer);
        _pending = _pending[length..];
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _sha.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>One chunk is read ahead: only then is it known which one is the last.</summary>
    private async ValueTask RefillAsync(CancellationToken ct)
    {
        if (Sha256.Length > 0)
            return;
        if (_sealed)
        {
            var digest = _sha.GetHashAndReset();
            seal.SealTrailer(PlainLength, digest, _output.AsSpan(0, SealedObject.TrailerLength));
            _pending = _output.AsMemory(0, SealedObject.TrailerLength);
            Sha256 = Convert.ToHexStringLower(digest);
            return;
        }

        if (_ahead < 0)
            _ahead = await source.ReadAtLeastAsync(_next, _next.Length, throwOnEndOfStream: false, ct);
        (_chunk, _next) = (_next, _chunk);
        var length = _ahead;
        _ahead = length < _chunk.Length ? 0 : await source.ReadAtLeastAsync(_next, _next.Length, throwOnEndOfStream: false, ct);
        _sealed = _ahead == 0;
        _sha.AppendData(_chunk, 0, length);
        PlainLength += length;
        seal.SealChunk(_index++, _sealed, _chunk.AsSpan(0, length), _output.AsSpan(0, length + SealedObject.TagLength));
        _pending = _output.AsMemory(0, length + SealedObject.TagLength);
    }
}

/// <summary>What a stream that is only read, forward, has to say to everything else.</summary>
internal abstract class ForwardStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
