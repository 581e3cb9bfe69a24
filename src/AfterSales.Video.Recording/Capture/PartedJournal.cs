using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Segments;

namespace AfterSales.Video.Recording.Capture;

/// <summary>
/// A recording's journal across disk errors: blocks wait here until a file takes them and stay until the device has confirmed them, so a file
/// that fails can be followed by another that holds the same blocks. The writer's thread owns it; only <see cref="File"/> is read by the
/// sync thread.
/// </summary>
internal sealed class PartedJournal : IDisposable
{
    private readonly string _spoolFolder;
    private readonly RecordingHeader _header;
    private readonly long _startUtcNs;
    private readonly byte[] _dataKeyId;
    private readonly BlockSealer _sealer;
    private readonly BlockPool _pool;
    private readonly int _maxBlocks;
    private readonly Func<int, string, BlockBuffer?, BlockBuffer> _makePreface;
    private readonly Queue<BlockBuffer> _waiting = new();
    private readonly Queue<(BlockBuffer Block, long Seq)> _unconfirmed = new();
    private readonly GapCounter _letGo;
    private readonly GapCounter _refused;
    private readonly GapCounter _forgotten = new("sync_failed");
    private readonly List<(GapCounter Counter, GapStatement Gap)> _forgottenStatements = [];
    private volatile JournalFile _file;
    private volatile string? _refusal;
    private volatile PartProgress[] _finished = [];
    private long _forgottenSeq = -1;
    private long _earlierBlocks;
    private bool _refusing;

    /// <param name="makePreface">Makes the first block of a part; gets its number, why the one before failed and the block that follows.</param>
    /// <param name="letGo">Counts what was neither confirmed nor kept when a file failed.</param>
    /// <param name="refused">Counts what no file took in time.</param>
    public PartedJournal(
        string spoolFolder, RecordingHeader header, long startUtcNs, ReadOnlySpan<byte> dataKey, BlockPool pool, int maxBlocks,
        Func<int, string, BlockBuffer?, BlockBuffer> makePreface, GapCounter letGo, GapCounter refused)
    {
        (_spoolFolder, _header, _startUtcNs, _pool, _maxBlocks) = (spoolFolder, header, startUtcNs, pool, maxBlocks);
        (_makePreface, _letGo, _refused) = (makePreface, letGo, refused);
        _dataKeyId = dataKey.IsEmpty ? [] : FileHeader.DataKeyId(dataKey);
        _sealer = new BlockSealer(dataKey);
        try
        {
            _file = JournalFile.Create(spoolFolder, header, startUtcNs, _dataKeyId, _sealer);
        }
        catch
        {
            _sealer.Dispose();
            throw;
        }

        FirstPath = _file.Path;
    }

    public string FirstPath { get; }

    /// <summary>The file in use. Parts before it are finished.</summary>
    public JournalFile File => _file;

    /// <summary>Blocks that count, in all parts.</summary>
    public long Blocks => Volatile.Read(ref _earlierBlocks) + _file.Blocks;

    /// <summary>Why no file takes blocks now; null while one does.</summary>
    public string? Refusal
    {
        get => _refusal;
        private set => _refusal = value;
    }

    /// <summary>Parts before <see cref="File"/> and how far they count.</summary>
    public IReadOnlyList<PartProgress> Finished => _finished;

    /// <summary>True when every block is in a file.</summary>
    public bool IsDrained => _waiting.Count == 0;

    /// <summary>Takes the block over; it goes to the file at once, or waits.</summary>
    public void Append(BlockBuffer block)
    {
        _waiting.Enqueue(block);
        if (!_refusing)
            Drain();
        Shed();
    }

    /// <summary>Puts the END behind everything; not kept when it fails, because its counts would no longer be right.</summary>
    /// <returns>False when the file does not take it.</returns>
    public bool TryAppendEnd(BlockBuffer end) => IsDrained && _file.Failure is null && TryWrite(end, BlockType.End);

    /// <summary>At each sync, whatever came of it: lets go what is confirmed, and tries again what was refused.</summary>
    public void Settle()
    {
        Confirm();
        Drain();
        Shed();
    }

    /// <summary>Gives everything back. What is still waiting is lost.</summary>
    public void Dispose()
    {
        while (_waiting.TryDequeue(out var block))
            Lose(_refused, block);
        while (_unconfirmed.TryDequeue(out var written))
            _pool.Return(written.Block);
        _file.Dispose();
        _sealer.Dispose();
    }

    private void Drain()
    {
        // Two new files at most: one that fails at its first block is the disk's answer for now.
        for (var files = 0; ;)
        {
            _refusing = _file.Failure is not null && (files++ == 2 || !TryContinue());
            if (_refusing || !_waiting.TryPeek(out var block))
                return;
            if (TryWrite(block, BlockType.Records))
            {
                _unconfirmed.Enqueue((_waiting.Dequeue(), _file.Blocks - 1));
                continue;
            }

            // Without a failure it is room that lacks: later, in the same file.
            _refusing = _file.Failure is null;
            if (_refusing)
                return;
        }
    }

    private bool TryWrite(BlockBuffer block, BlockType type)
    {
        try
        {
            _file.Append(block, type);
            Refusal = null;
            return true;
        }
        catch (IOException e)
        {
            Refusal = e.Message;
            return false;
        }
    }

    /// <summary>Begins the next part with what the failed one had not confirmed.</summary>
    private bool TryContinue()
    {
        var (failed, reason) = (_file, _file.Failure!);
        Confirm();
        if (failed.Part == JournalFiles.MaxParts)
        {
            Refusal = reason;
            return false;
        }

        var confirmed = failed.Synced;
        try
        {
            var header = _header with { Part = failed.Part + 1, PreviousHead = confirmed?.HeadHex ?? failed.FirstHeadHex };
            _file = JournalFile.Create(_spoolFolder, header, _startUtcNs, _dataKeyId, _sealer);
        }
        catch (IOException e)
        {
            (Refusal, _refusing) = (e.Message, true);
            return false;
        }

        failed.Dispose();
        _finished = [.. _finished, new PartProgress(failed.Part, failed.Path, confirmed?.Length ?? failed.HeadLength, Finished: true)];
        Volatile.Write(ref _earlierBlocks, _earlierBlocks + (confirmed?.Seq + 1 ?? 0));
        _letGo.Take(_forgotten);
        GapCounter.Restate(_forgottenStatements);
        (_forgottenSeq, Refusal) = (-1, null);
        PutInFront(_makePreface(_file.Part, reason, _unconfirmed.TryPeek(out var next) ? next.Block : null));
        return true;
    }

    private void PutInFront(BlockBuffer preface)
    {
        var later = _waiting.ToArray();
        _waiting.Clear();
        _waiting.Enqueue(preface);
        while (_unconfirmed.TryDequeue(out var written))
        {
            _sealer.Unseal(written.Block.Memory);
            _waiting.Enqueue(written.Block);
        }

        foreach (var block in later)
            _waiting.Enqueue(block);
    }

    private void Confirm()
    {
        if (_file.Synced is not { } confirmed)
            return;
        while (_unconfirmed.TryPeek(out var written) && written.Seq <= confirmed.Seq)
            _pool.Return(_unconfirmed.Dequeue().Block);
        if (_forgottenSeq >= 0 && _forgottenSeq <= confirmed.Seq)
        {
            _forgotten.Clear();
            _forgottenStatements.Clear();
            _forgottenSeq = -1;
        }
    }

    /// <summary>Keeps memory bounded: first copies of what was written, then what no file takes.</summary>
    private void Shed()
    {
        while (_waiting.Count + _unconfirmed.Count > _maxBlocks && _unconfirmed.TryDequeue(out var written))
        {
            _forgottenSeq = written.Seq;
            // Not lost yet: only if the file fails before the next sync.
            _forgottenStatements.AddRange(written.Block.Statements);
            written.Block.Statements.Clear();
            Lose(_forgotten, written.Block);
        }

        while (_waiting.Count > _maxBlocks)
            Lose(_refused, _waiting.Dequeue());
    }

    private void Lose(GapCounter counter, BlockBuffer block)
    {
        counter.Add(block);
        _pool.Return(block);
    }
}
