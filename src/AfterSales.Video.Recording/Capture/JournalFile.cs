using System.Security.Cryptography;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Native;
using AfterSales.Video.Recording.Journal;

namespace AfterSales.Video.Recording.Capture;

/// <summary>
/// An append-only journal file with its chain. Blocks are appended by one thread; <see cref="Sync"/> may be called by another.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    // Linux errno, which .NET puts into HResult.
    public const int NoSpace = 28;
    public const int QuotaExceeded = 122;
    private readonly FileStream _file;
    private readonly BlockSealer _sealer;
    private readonly string _recordingId;
    private readonly Lock _state = new();
    private readonly byte[] _head;
    private BlockHeader _last;
    private long _length;
    private long _blocks;
    private bool _dirty;
    private volatile JournalHead? _synced;
    private volatile string? _failure;

    private JournalFile(FileStream file, string path, BlockSealer sealer, string recordingId, int part, byte[] head, long length, long blocks)
    {
        (_file, Path, _sealer, _recordingId, Part) = (file, path, sealer, recordingId, part);
        (_head, _length, _blocks) = (head, length, blocks);
        (FirstHeadHex, HeadLength) = (Convert.ToHexStringLower(head), length);
        sealer.RenewNonces();
    }

    public string Path { get; }

    /// <summary>1 for the first file of a recording.</summary>
    public int Part { get; }

    /// <summary>Head and length before the first block appended here.</summary>
    public string FirstHeadHex { get; }
    public long HeadLength { get; }

    /// <summary>How far the file is on the device for sure; null before the first sync.</summary>
    public JournalHead? Synced => _synced;

    /// <summary>Why nothing more may be written to this file; null while all is well.</summary>
    public string? Failure => _failure;

    public long Blocks
    {
        get
        {
            lock (_state)
                return _blocks;
        }
    }

    public string HeadHex
    {
        get
        {
            lock (_state)
                return Convert.ToHexStringLower(_head);
        }
    }

    /// <summary>True when blocks were written since the last sync began.</summary>
    public bool IsDirty
    {
        get
        {
            lock (_state)
                return _dirty;
        }
    }

    /// <summary>Creates the file of <see cref="RecordingHeader.Part"/> with its head and makes file and names durable.</summary>
    /// <param name="dataKeyId">Empty without encryption.</param>
    /// <exception cref="IOException">It exists already, or the disk refuses.</exception>
    public static JournalFile Create(string spoolFolder, RecordingHeader header, long startUtcNs, ReadOnlySpan<byte> dataKeyId, BlockSealer sealer)
    {
        var (folder, part) = (System.IO.Path.Combine(spoolFolder, header.RecordingId), header.Part ?? 1);
        Directory.CreateDirectory(folder);
        var head = new byte[JournalFormat.HashLength];
        var bytes = FileHeader.Write(startUtcNs, RandomNumberGenerator.GetBytes(16), dataKeyId, HeaderJson.Write(header), head);
        var path = System.IO.Path.Combine(folder, JournalFiles.Name(part));
        // A later part gets its name when its head is on the device: a reader takes the name for "the part before ends here".
        var written = part == 1 ? path : $"{path}.new";
        var journal = new JournalFile(Open(written, part == 1 ? FileMode.CreateNew : FileMode.Create), path, sealer, header.RecordingId, part, head, bytes.Length, 0);
        try
        {
            RandomAccess.Write(journal._file.SafeFileHandle, bytes, 0);
            FileSync.DataSync(journal._file.SafeFileHandle);
            if (part > 1)
                File.Move(written, path, overwrite: false);
            FileSync.SyncDirectory(folder);
            FileSync.SyncDirectory(spoolFolder);
            return journal;
        }
        catch
        {
            journal.Dispose();
            // Else the next try would find its name taken by a file without a block.
            if (part > 1)
                File.Delete(path);
            throw;
        }
    }

    /// <summary>Opens a journal behind its longest valid prefix and cuts the rest off.</summary>
    public static JournalFile Continue(string path, JournalReader reader, RecordingHeader header, BlockSealer sealer)
    {
        var file = Open(path, FileMode.Open);
        RandomAccess.SetLength(file.SafeFileHandle, reader.ValidLength);
        return new JournalFile(file, path, sealer, header.RecordingId, header.Part ?? 1, reader.Head.ToArray(), reader.ValidLength, reader.Blocks);
    }

    /// <summary>
    /// Encrypts, chains and writes the block to the operating system in one call. When the disk refuses, the file is cut back to the last whole
    /// block, the chain stays and the block holds its plaintext again, so that it may be tried once more.
    /// </summary>
    /// <exception cref="IOException">The block is not in the journal. <see cref="Failure"/> tells whether the file may take another one.</exception>
    public void Append(BlockBuffer block, BlockType type)
    {
        Span<byte> head = stackalloc byte[JournalFormat.HashLength];
        _head.CopyTo(head);
        var header = new BlockHeader
        {
            Type = type,
            Seq = _blocks,
            MonotonicNs = block.SealedNs,
            UtcNs = block.SealedUtcNs,
            PlainLength = block.Records.Length,
            StoredLength = block.Records.Length + _sealer.Overhead,
            Records = block.Records.Records,
        };
        var whole = block.Memory.AsSpan(0, _sealer.Seal(header, block.Memory, head));
        try
        {
            RandomAccess.Write(_file.SafeFileHandle, whole, _length);
        }
        catch (IOException e)
        {
            _sealer.Unseal(block.Memory);
            _sealer.RenewNonces();
            // Space may come back; any other answer is the device's last word about this file.
            if (!TryCutBack() || e.HResult is not (NoSpace or QuotaExceeded))
                _failure = e.Message;
            throw;
        }

        lock (_state)
        {
            head.CopyTo(_head);
            (_last, _length, _blocks, _dirty) = (header, _length + whole.Length, _blocks + 1, true);
        }
    }

    /// <summary>fdatasync. False when it failed: what was written since the last sync may be gone, and this file is finished.</summary>
    public bool Sync()
    {
        JournalHead? reached = null;
        lock (_state)
        {
            _dirty = false;
            if (_blocks > 0)
                reached = new JournalHead(_recordingId, Part, _last.Seq, Convert.ToHexStringLower(_head), _last.MonotonicNs, _last.UtcNs, _length, _last.Type == BlockType.End);
        }

        try
        {
            // A second fdatasync after a failed one succeeds, though the pages are gone.
            if (_failure is null)
                FileSync.DataSync(_file.SafeFileHandle);
            if (_failure is not null)
                return false;
            _synced = reached;
            return true;
        }
        catch (FileSyncException e)
        {
            _failure = e.Message;
        }
        catch (ObjectDisposedException)
        {
            // The writer went on in the next part meanwhile.
        }

        return false;
    }

    public void Dispose() => _file.Dispose();

    // A full disk takes part of a write; a torn block in the middle would hide every later one.
    private bool TryCutBack()
    {
        try
        {
            RandomAccess.SetLength(_file.SafeFileHandle, _length);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // No sharing: .NET takes flock(2) for it, which tells recovery that a journal is alive and ends with the process.
    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (mode != FileMode.Open && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}
