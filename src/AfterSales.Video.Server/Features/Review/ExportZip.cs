using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using AfterSales.Video.Evidence.Manifests;

namespace AfterSales.Video.Server.Features.Review;

/// <summary>A ZIP that is written as it goes out, and what is in it.</summary>
internal sealed class ExportZip : IAsyncDisposable
{
    private const int BufferBytes = 256 * 1024;
    private readonly ZipArchive _zip;
    private readonly TimeProvider _time;
    private readonly List<ExportedFile> _written = [];

    private ExportZip(ZipArchive zip, TimeProvider time) => (_zip, _time) = (zip, time);

    /// <summary>Name, length and digest of everything so far.</summary>
    public IReadOnlyList<ExportedFile> Written => _written;

    public static async Task<ExportZip> CreateAsync(Stream output, TimeProvider time, CancellationToken ct) =>
        new(await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, ct), time);

    public Task AddAsync(string name, byte[] content, CancellationToken ct) => AddAsync(name, new MemoryStream(content), ct);

    public async Task AddAsync(string name, Stream content, CancellationToken ct)
    {
        // Media does not compress; stored entries can also be read with any tool.
        var entry = _zip.CreateEntry(name, CompressionLevel.NoCompression);
        entry.LastWriteTime = _time.GetUtcNow();
        await using var target = await entry.OpenAsync(ct);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        var length = 0L;
        try
        {
            while (await content.ReadAsync(buffer, ct) is > 0 and var read)
            {
                sha.AppendData(buffer, 0, read);
                await target.WriteAsync(buffer.AsMemory(0, read), ct);
                length += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _written.Add(new ExportedFile(name, length, Convert.ToHexStringLower(sha.GetHashAndReset())));
    }

    public ValueTask DisposeAsync() => _zip.DisposeAsync();
}
