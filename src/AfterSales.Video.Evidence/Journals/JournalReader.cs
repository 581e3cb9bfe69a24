namespace AfterSales.Video.Evidence.Journals;

/// <summary>
/// Reads one journal file front to back, checking the chain on the way; with the data key it decrypts, without it checks what can be checked:
/// chain and stored digests. Bytes never make it throw (I/O errors of the stream do). Memory: one block. The stream stays the caller's.
/// </summary>
public sealed class JournalReader : IDisposable
{
    private readonly Stream _stream;
    private readonly BlockOpener? _opener;
    private readonly byte[] _header = new byte[JournalFormat.BlockHeaderLength];
    private readonly byte[] _head = new byte[JournalFormat.HashLength];
    private byte[] _payload = new byte[64 * 1024];
    private bool _isTrusted;

    private JournalReader(Stream stream, ReadOnlySpan<byte> prologue, byte[] body, long startUtcNs, BlockOpener? opener)
    {
        (_stream, _opener, HeaderBody, StartUtcNs) = (stream, opener, body, startUtcNs);
        ValidLength = prologue.Length + body.Length + JournalFormat.HashLength;
        DataKeyId = FileHeader.DataKeyIdOf(prologue).ToArray();
        IsEncrypted = DataKeyId.Span.ContainsAnyExcept((byte)0);
    }

    /// <summary>The header record, UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> HeaderBody { get; }
    public long StartUtcNs { get; }

    /// <summary>16 bytes, see <see cref="FileHeader.DataKeyId"/>; zero when the journal is not encrypted.</summary>
    public ReadOnlyMemory<byte> DataKeyId { get; }
    public bool IsEncrypted { get; }

    /// <summary>False when the journal is encrypted and no key was given: payloads are then empty.</summary>
    public bool CanRead => !IsEncrypted || _opener is not null;

    /// <summary>Bytes of the longest valid prefix read so far: where a recovery cuts.</summary>
    public long ValidLength { get; private set; }

    /// <summary>Whole valid blocks read so far.</summary>
    public long Blocks { get; private set; }

    /// <summary>Hash of the last valid block, H0 before the first.</summary>
    public ReadOnlySpan<byte> Head => _head;

    /// <summary>True when the last valid block was an END.</summary>
    public bool Ended { get; private set; }

    /// <summary>True when the END of an encrypted journal is in the clear: written by a recovery that had no key, whatever it says.</summary>
    public bool EndedInClear { get; private set; }

    /// <summary>Why reading stopped; empty while it goes on.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Opens at the stream's position without a key. False with a reason when the head is not one of version 1.</summary>
    public static bool TryOpen(Stream stream, out JournalReader reader, out string problem) => TryOpen(stream, [], out reader, out problem);

    /// <summary>Opens at the stream's position. False with a reason when the head is not one of version 1 or names another data key.</summary>
    /// <param name="dataKey">32 bytes; empty to read without. Ignored for a journal that is not encrypted.</param>
    public static bool TryOpen(Stream stream, ReadOnlySpan<byte> dataKey, out JournalReader reader, out string problem)
    {
        ArgumentNullException.ThrowIfNull(stream);
        reader = null!;
        var prologue = new byte[JournalFormat.PrologueLength];
        problem = "the file ends before its header does";
        if (stream.ReadAtLeast(prologue, prologue.Length, throwOnEndOfStream: false) < prologue.Length)
            return false;
        if (!FileHeader.TryReadPrologue(prologue, out var bodyLength, out var startUtcNs))
        {
            problem = "not a journal of version 1";
            return false;
        }

        var head = new byte[prologue.Length + bodyLength + JournalFormat.HashLength];
        prologue.CopyTo(head, 0);
        if (stream.ReadAtLeast(head.AsSpan(prologue.Length), head.Length - prologue.Length, throwOnEndOfStream: false) < head.Length - prologue.Length)
            return false;
        if (!TryMakeOpener(prologue, dataKey, out var opener))
        {
            problem = "the data key is not the one this journal names";
            return false;
        }

        var bound = head.AsSpan(0, prologue.Length + bodyLength);
        reader = new JournalReader(stream, prologue, bound[prologue.Length..].ToArray(), startUtcNs, opener);
        HashChain.Genesis(bound, reader._head);
        problem = head.AsSpan(bound.Length).SequenceEqual(reader._head) ? "" : "the header does not match its hash";
        return problem.Length == 0;
    }

    /// <summary>Leaves out the digests, which cost most of the reading: for a second pass over blocks a first one has checked. Sequence and cipher tags are still looked at.</summary>
    internal void Trust() => _isTrusted = true;

    /// <summary>Reads the next block. The payload is valid until the next call. After anything but <see cref="BlockOutcome.Block"/> it stays there.</summary>
    public BlockOutcome ReadBlock(out JournalBlock block)
    {
        block = default;
        if (Problem.Length > 0)
            return BlockOutcome.Corrupt;
        var read = _stream.ReadAtLeast(_header, _header.Length, throwOnEndOfStream: false);
        if (read == 0)
            return BlockOutcome.EndOfFile;
        if (Ended)
            return Stop(BlockOutcome.Corrupt, "bytes follow the END block");
        if (read < _header.Length)
            return Stop(BlockOutcome.Torn, $"block {Blocks} breaks off in its header");
        if (!BlockHeader.TryRead(_header, out var header))
            return Stop(BlockOutcome.Corrupt, $"block {Blocks} has no valid header");
        if (!FitsEncryption(header))
            return Stop(BlockOutcome.Corrupt, $"block {Blocks} is not encrypted as the head says");
        return header.Seq == Blocks ? ReadPayload(header, out block) : Stop(BlockOutcome.Corrupt, $"block {Blocks} is numbered {header.Seq}");
    }

    public void Dispose() => _opener?.Dispose();

    private static bool TryMakeOpener(ReadOnlySpan<byte> prologue, ReadOnlySpan<byte> dataKey, out BlockOpener? opener)
    {
        opener = null;
        var id = FileHeader.DataKeyIdOf(prologue);
        if (dataKey.IsEmpty || !id.ContainsAnyExcept((byte)0))
            return true;
        if (!id.SequenceEqual(FileHeader.DataKeyId(dataKey)))
            return false;
        opener = new BlockOpener(dataKey);
        return true;
    }

    // Only an END may stand in the clear in an encrypted journal: a recovery without the key has to write one.
    private bool FitsEncryption(in BlockHeader header) =>
        IsEncrypted ? header.Cipher == BlockCipher.Aes256Gcm || header.Type == BlockType.End : header.Cipher == BlockCipher.None;

    private BlockOutcome ReadPayload(in BlockHeader header, out JournalBlock block)
    {
        block = default;
        // A length that the file cannot hold is not worth the memory.
        if (_stream.CanSeek && _stream.Length - _stream.Position < header.StoredLength)
            return Stop(BlockOutcome.Torn, $"block {Blocks} breaks off");
        if (_payload.Length < header.StoredLength)
            _payload = new byte[header.StoredLength];
        var stored = _payload.AsMemory(0, header.StoredLength);
        if (_stream.ReadAtLeast(stored.Span, stored.Length, throwOnEndOfStream: false) < stored.Length)
            return Stop(BlockOutcome.Torn, $"block {Blocks} breaks off");
        if (!_isTrusted && !BlockHeader.Verify(_header, stored.Span, _head))
            return Stop(BlockOutcome.Corrupt, $"block {Blocks} does not match its hash");
        if (header.Cipher != BlockCipher.None && _opener?.TryOpen(_header, stored.Span, checkDigest: !_isTrusted) == false)
            return Stop(BlockOutcome.Corrupt, $"block {Blocks} does not decrypt to what its hash says");
        BlockHeader.HashOf(_header).CopyTo(_head);
        var readable = header.Cipher == BlockCipher.None || _opener is not null;
        block = new JournalBlock(header, readable ? stored[..header.PlainLength] : default, ValidLength + _header.Length);
        ValidLength += _header.Length + stored.Length;
        Blocks++;
        Ended = header.Type == BlockType.End;
        EndedInClear = Ended && IsEncrypted && header.Cipher == BlockCipher.None;
        return BlockOutcome.Block;
    }

    private BlockOutcome Stop(BlockOutcome outcome, string problem)
    {
        Problem = problem;
        return outcome;
    }
}

/// <param name="Payload">The block's plaintext records; empty when the journal is encrypted and no key was given.</param>
/// <param name="PayloadOffset">
/// Where the stored bytes begin in the file. Encryption is in place: plaintext byte i stands where stored byte i does.
/// </param>
public readonly record struct JournalBlock(BlockHeader Header, ReadOnlyMemory<byte> Payload, long PayloadOffset);

public enum BlockOutcome
{
    Block,

    /// <summary>Clean end between two blocks; whether the journal is complete says <see cref="JournalReader.Ended"/>.</summary>
    EndOfFile,

    /// <summary>The last block is not all there: the normal mark of a crash.</summary>
    Torn,

    /// <summary>Something was changed or lost inside.</summary>
    Corrupt,
}
