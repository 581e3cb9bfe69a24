using AfterSales.Video.Evidence;

namespace AfterSales.Video.Storage.Sealing;

/// <summary>The plaintext of a sealed object, seekable. Every chunk is authenticated before a byte of it is given out.</summary>
/// <param name="stored">The sealed object, seekable; disposed with this.</param>
internal sealed class UnsealingStream(EvidenceKey key, Stream stored, SealedObject seal, long length) : SeekableReadStream(length)
{
    private readonly long _last = SealedObject.Chunks(length, SealedObject.ChunkLength) - 1;
    private readonly byte[] _stored = new byte[SealedObject.StoredChunkLength];
    private readonly byte[] _plain = new byte[SealedObject.ChunkLength];
    private long _loaded = -1;

    protected override async ValueTask<ReadOnlyMemory<byte>> WindowAsync(long position, CancellationToken ct)
    {
        var index = position / SealedObject.ChunkLength;
        var plainLength = (int)Math.Min(SealedObject.ChunkLength, Length - (index * SealedObject.ChunkLength));
        if (index != _loaded)
        {
            _loaded = -1;
            await LoadAsync(index, plainLength, ct);
            _loaded = index;
        }

        return _plain.AsMemory((int)(position % SealedObject.ChunkLength)..plainLength);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stored.Dispose();
            seal.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask LoadAsync(long index, int plainLength, CancellationToken ct)
    {
        var chunk = _stored.AsMemory(0, plainLength + SealedObject.TagLength);
        stored.Position = SealedObject.HeaderLength + (index * SealedObject.StoredChunkLength);
        if (await stored.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, ct) < chunk.Length)
            throw SealedObject.Damaged(key, $"it ends inside chunk {index}");
        if (!seal.TryOpenChunk((uint)index, index == _last, chunk.Span, _plain.AsSpan(0, plainLength)))
            throw SealedObject.Damaged(key, $"chunk {index} (from byte {index * SealedObject.ChunkLength}) was changed, moved or cut");
    }
}
