using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Native;

namespace AfterSales.Video.Recording.Capture;

/// <summary>
/// An append-only journal on disk with its chain. Blocks are appended by one thread; <see cref="Sync"/> may be called by
/// another.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    public const string FileName = "journal.v1";

    private readonly FileStream _file;
    private readonly byte[] _head;
    private long _length;
    private int _dirty;

    private JournalFile(FileStream file, string path, byte[] head, long length, long blocks) =>
        (_file, Path, _head, _length, Blocks) = (file, path, head, length, blocks);

    public string Path { get; }
    public long Blocks { get; private set; }
    public ReadOnlySpan<byte> Head => _head;

    /// <summary>True when blocks were written since the last sync.</summary>
    public bool IsDirty => Volatile.Read(ref _dirty) != 0;

    /// <summary>Creates spool/&lt;recordingId&gt;/journal.v1 with its head and makes file and names durable.</summary>
    /// <exception cref="IOException">It exists already, or the disk refuses.</exception>
    public static JournalFile Create(string spoolFolder, string recordingId, long startUtcNs, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> headerBody)
    {
        var folder = System.IO.Path.Combine(spoolFolder, recordingId);
        Directory.CreateDirectory(folder);
        var head = new byte[JournalFormat.HashLength];
        var bytes = FileHeader.Write(startUtcNs, nonce, headerBody, head);
        var path = System.IO.Path.Combine(folder, FileName);
        var journal = new JournalFile(Open(path, FileMode.CreateNew), path, head, bytes.Length, 0);
        try
        {
            RandomAccess.Write(journal._file.SafeFileHandle, bytes, 0);
            FileSync.DataSync(journal._file.SafeFileHandle);
            FileSync.SyncDirectory(folder);
            FileSync.SyncDirectory(spoolFolder);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Opens a journal behind its longest valid prefix and cuts the rest off.</summary>
    public static JournalFile Continue(string path, ReadOnlySpan<byte> head, long validLength, long blocks)
    {
        var file = Open(path, FileMode.Open);
        RandomAccess.SetLength(file.SafeFileHandle, validLength);
        return new JournalFile(file, path, head.ToArray(), validLength, blocks);
    }

    /// <summary>
    /// Writes the block to the operating system in one call and moves the chain on. When the disk refuses, the file is cut back to the last
    /// whole block and the chain stays, so that the next block may be tried.
    /// </summary>
    /// <exception cref="IOException">The block is not in the journal.</exception>
    public void Append(BlockBuffer block, BlockType type)
    {
        var length = block.Records.Length;
        Span<byte> head = stackalloc byte[JournalFormat.HashLength];
        _head.CopyTo(head);
        var header = new BlockHeader
        {
            Type = type,
            Seq = Blocks,
            MonotonicNs = block.SealedNs,
            UtcNs = block.SealedUtcNs,
            PlainLength = length,
            StoredLength = length,
            Records = block.Records.Records,
        };
        header.WritePlain(block.Memory, block.Memory.AsSpan(JournalFormat.BlockHeaderLength, length), head);
        var whole = block.Memory.AsSpan(0, JournalFormat.BlockHeaderLength + length);
        try
        {
            RandomAccess.Write(_file.SafeFileHandle, whole, _length);
        }
        catch (IOException)
        {
            // A full disk takes part of a write; a torn block in the middle would hide every later one.
            RandomAccess.SetLength(_file.SafeFileHandle, _length);
            throw;
        }

        head.CopyTo(_head);
        _length += whole.Length;
        Blocks++;
        Volatile.Write(ref _dirty, 1);
    }

    /// <exception cref="FileSyncException">What was written since the last sync may be gone; this file is finished.</exception>
    public void Sync()
    {
        Volatile.Write(ref _dirty, 0);
        FileSync.DataSync(_file.SafeFileHandle);
    }

    public void Dispose() => _file.Dispose();

    // No sharing: .NET takes flock(2) for it, which tells recovery that a journal is alive and ends with the process.
    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (mode == FileMode.CreateNew && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}
