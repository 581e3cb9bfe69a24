using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using AfterSales.Video.Evidence;
using Microsoft.Win32.SafeHandles;

namespace AfterSales.Video.Storage.FileSystem;

/// <summary>
/// Evidence objects as files. An object is there when its description (".name.json", a name no key can have) is there: content is written beside,
/// synced, read back, compared, linked under its name without replacing, and only then described.
/// </summary>
public sealed class FileSystemEvidenceStore : IEvidenceStore, IProtectingStore, IDisposable
{
    /// <summary>Pooled, two at a time: a call of five seconds is copied in eight steps.</summary>
    private const int CopyBuffer = 1 << 17;
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private readonly FileSystemEvidenceStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly EvidencePaths _paths;

    // One writer at a time: what is being linked must not be taken for a leftover of a crash.
    private readonly SemaphoreSlim _commit = new(1, 1);

    public FileSystemEvidenceStore(FileSystemEvidenceStoreOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _time, _paths) = (options, time, new EvidencePaths(options.Root));
        Directory.CreateDirectory(_paths.Root);
    }

    public void Dispose() => _commit.Dispose();

    /// <inheritdoc/>
    public async Task<StoredObject> PutAsync(EvidenceKey key, Stream content, EvidenceMetadata metadata, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(content);
        PortableTags.Check(metadata);
        var temporary = "";
        try
        {
            temporary = Path.Combine(_paths.FolderOf(key), $".tmp-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
            if (Read(key) is not null)
                throw Exists(key);
            CreateFolders(key);
            var (length, digest) = await WriteAsync(temporary, content, ct);
            var stored = new StoredObject(key, length, digest, metadata.ContentType, _time.GetUtcNow());
            await CommitAsync(temporary, stored, metadata, ct);
            return stored;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvidenceStoreException(e.HResult is NoSpace or QuotaExceeded ? "no_space" : "unavailable", $"{key} was not stored: {e.Message}", e);
        }
        finally
        {
            Discard(temporary);
        }
    }

    /// <inheritdoc/>
    public Task<StoredObject?> StatAsync(EvidenceKey key, CancellationToken ct) => Task.FromResult(Read(key));

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(EvidenceKey key, CancellationToken ct)
    {
        if (Read(key) is null)
            return Task.FromResult<Stream?>(null);
        var options = new FileStreamOptions { Options = FileOptions.Asynchronous, BufferSize = 64 * 1024, Share = FileShare.Read | FileShare.Delete };
        try
        {
            return Task.FromResult<Stream?>(new FileStream(_paths.ContentOf(key), options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(key, e);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string tenantId, string recordingId, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        foreach (var name in _paths.Names(tenantId, recordingId))
        {
            ct.ThrowIfCancellationRequested();
            if (EvidenceKey.TryCreate(tenantId, recordingId, name, out var key) && Read(key) is { } stored)
                yield return stored;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(EvidenceKey key, CancellationToken ct)
    {
        await _commit.WaitAsync(ct);
        try
        {
            if (Read(key) is null)
                return false;
            // The description first: without it there is no object, whatever happens next.
            File.Delete(_paths.DescriptionOf(key));
            File.Delete(_paths.ContentOf(key));
            _options.SyncDirectory(_paths.FolderOf(key));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(key, e);
        }
        finally
        {
            _commit.Release();
        }
    }

    /// <inheritdoc/>
    public Task<StoreCapabilities> ProbeAsync(CancellationToken ct) => Task.FromResult(
        new StoreCapabilities("file_system", _paths.Root, WormState.None, WriteOnce: true, ChecksumOnWrite: "none", Tags: true, Versions: false, LegalHold: false, Retention: false));

    /// <inheritdoc/>
    public Task<bool> SetLegalHoldAsync(EvidenceKey key, bool held, CancellationToken ct) => Task.FromResult(false);

    /// <inheritdoc/>
    public Task<bool> RetainUntilAsync(EvidenceKey key, DateTimeOffset until, CancellationToken ct) => Task.FromResult(false);

    private async Task<(long Length, string Digest)> WriteAsync(string path, Stream content, CancellationToken ct)
    {
        var start = content.CanSeek ? content.Position : 0;
        using var stream = new FileStream(path, NewFile());
        var file = stream.SafeFileHandle;
        var buffer = ArrayPool<byte>.Shared.Rent(2 * CopyBuffer);
        try
        {
            var (length, digest) = await CopyAsync(content, file, buffer, ct);
            _options.SyncFile(file);
            bool same;
            if (content.CanSeek)
            {
                // What is still at hand is compared byte by byte: that says as much as a second digest and costs a twentieth of it.
                content.Position = start;
                same = await HoldsAsync(file, length, content, buffer, ct);
            }
            else
            {
                same = DigestOf(file, length, buffer) == digest;
            }

            return same ? (length, digest) : throw new EvidenceStoreException("digest_mismatch", "what was read back is not what was written");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Synchronous towards the file: the page cache takes it at once, and the sync that follows waits on this thread anyway.</summary>
    private static async Task<(long Length, string Digest)> CopyAsync(Stream content, SafeFileHandle file, byte[] buffer, CancellationToken ct)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = 0L;
        while (await content.ReadAsync(buffer.AsMemory(0, CopyBuffer), ct) is > 0 and var read)
        {
            sha.AppendData(buffer, 0, read);
            RandomAccess.Write(file, buffer.AsSpan(0, read), length);
            length += read;
        }

        return (length, Convert.ToHexStringLower(sha.GetHashAndReset()));
    }

    /// <summary>True when the file holds these bytes and no others.</summary>
    private static async Task<bool> HoldsAsync(SafeFileHandle file, long length, Stream content, byte[] buffer, CancellationToken ct)
    {
        var (sent, stored) = (buffer.AsMemory(0, CopyBuffer), buffer.AsMemory(CopyBuffer, CopyBuffer));
        var position = 0L;
        while (await content.ReadAtLeastAsync(sent, CopyBuffer, throwOnEndOfStream: false, ct) is > 0 and var read)
        {
            if (ReadAt(file, stored.Span[..read], position) != read || !sent.Span[..read].SequenceEqual(stored.Span[..read]))
                return false;
            position += read;
        }

        return position == length && RandomAccess.GetLength(file) == length;
    }

    private static string DigestOf(SafeFileHandle file, long length, byte[] buffer)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var position = 0L;
        while (ReadAt(file, buffer, position) is > 0 and var read)
        {
            sha.AppendData(buffer, 0, read);
            position += read;
        }

        return position == length ? Convert.ToHexStringLower(sha.GetHashAndReset()) : "";
    }

    /// <summary>Fills the buffer unless the file ends before.</summary>
    private static int ReadAt(SafeFileHandle file, Span<byte> buffer, long position)
    {
        var total = 0;
        while (total < buffer.Length && RandomAccess.Read(file, buffer[total..], position + total) is > 0 and var read)
            total += read;
        return total;
    }

    private async Task CommitAsync(string temporary, StoredObject stored, EvidenceMetadata metadata, CancellationToken ct)
    {
        await _commit.WaitAsync(ct);
        try
        {
            if (Read(stored.Key) is not null)
                throw Exists(stored.Key);
            var content = _paths.ContentOf(stored.Key);
            // Content without a description is what a crash left between the two steps; nobody was told that it is stored.
            File.Delete(content);
            File.Move(temporary, content, overwrite: false);
            var description = new ObjectDescription(stored.Length, stored.Sha256, stored.ContentType, stored.WrittenAt, metadata.Tags);
            using (var file = new FileStream(temporary, NewFile()))
            {
                RandomAccess.Write(file.SafeFileHandle, JsonSerializer.SerializeToUtf8Bytes(description, ObjectDescriptionJson.Default.ObjectDescription), 0);
                _options.SyncFile(file.SafeFileHandle);
            }

            File.Move(temporary, _paths.DescriptionOf(stored.Key), overwrite: false);
            _options.SyncDirectory(_paths.FolderOf(stored.Key));
        }
        finally
        {
            _commit.Release();
        }
    }

    private StoredObject? Read(EvidenceKey key)
    {
        try
        {
            var description = JsonSerializer.Deserialize(File.ReadAllBytes(_paths.DescriptionOf(key)), ObjectDescriptionJson.Default.ObjectDescription);
            return description is null ? null : new StoredObject(key, description.Length, description.Sha256, description.ContentType, description.WrittenAt);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new EvidenceStoreException("damaged", $"the description of {key} is damaged", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(key, e);
        }
    }

    private void CreateFolders(EvidenceKey key)
    {
        if (Directory.Exists(_paths.FolderOf(key)))
            return;
        Directory.CreateDirectory(_paths.FolderOf(key));
        _options.SyncDirectory(_paths.Root);
        _options.SyncDirectory(Path.Combine(_paths.Root, key.TenantId));
    }

    private static FileStreamOptions NewFile()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    /// <summary>What is left of a write that failed must not hide why it failed.</summary>
    private static void Discard(string temporary)
    {
        try
        {
            if (temporary.Length > 0)
                File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A name no object can have; it only takes room.
        }
    }

    private static EvidenceStoreException Unavailable(EvidenceKey key, Exception e) => new("unavailable", $"{key} cannot be reached: {e.Message}", e);

    private static EvidenceStoreException Exists(EvidenceKey key) => new("exists", $"{key} exists and is never overwritten");
}
