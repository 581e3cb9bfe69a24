using System.Security.Cryptography;

namespace AfterSales.Video.Storage.Remote;

/// <summary>Content that can be sent again: up to one part in memory, more in a temporary file. Its digest is known before the first byte is sent.</summary>
internal sealed class SpooledContent : IAsyncDisposable
{
    public const int PartLength = 8 << 20;
    private readonly byte[] _first;
    private readonly FileStream? _file;

    private SpooledContent(byte[] first, FileStream? file, long length, string sha256) =>
        (_first, _file, Length, Sha256) = (first, file, length, sha256);

    public long Length { get; }

    /// <summary>Lower-case hex.</summary>
    public string Sha256 { get; }

    public bool IsOnePart => _file is null;

    /// <summary>At most 10000 parts (S3), so parts of very long content are longer.</summary>
    public int PartSize => (int)Math.Max(PartLength, (Length / 9000) + 1);

    public ReadOnlyMemory<byte> Whole => _first.AsMemory(0, (int)Length);

    public static async Task<SpooledContent> ReadAsync(Stream source, string folder, CancellationToken ct)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        var used = 0;
        int read;
        while ((read = await source.ReadAsync(buffer.AsMemory(used), ct)) > 0)
        {
            used += read;
            if (used == PartLength)
                break;
            if (used == buffer.Length)
                Array.Resize(ref buffer, Math.Min(PartLength, used * 4));
        }

        sha.AppendData(buffer, 0, used);
        var next = new byte[64 * 1024];
        if (used < PartLength || (read = await source.ReadAsync(next, ct)) == 0)
            return new SpooledContent(buffer, null, used, Convert.ToHexStringLower(sha.GetHashAndReset()));
        return await SpoolAsync(buffer, next, read, source, sha, folder, ct);
    }

    public async Task<ReadOnlyMemory<byte>> PartAsync(long from, int length, CancellationToken ct)
    {
        var part = new byte[length];
        _file!.Position = from;
        await _file.ReadExactlyAsync(part, ct);
        return part;
    }

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<SpooledContent> SpoolAsync(byte[] first, byte[] next, int read, Stream source, IncrementalHash sha, string folder, CancellationToken ct)
    {
        var path = Path.Combine(folder.Length > 0 ? folder : Path.GetTempPath(), $"aftersales-spool-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        try
        {
            await file.WriteAsync(first, ct);
            while (read > 0)
            {
                sha.AppendData(next, 0, read);
                await file.WriteAsync(next.AsMemory(0, read), ct);
                read = await source.ReadAsync(next, ct);
            }

            await file.FlushAsync(ct);
            return new SpooledContent([], file, file.Length, Convert.ToHexStringLower(sha.GetHashAndReset()));
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }
}
