using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Journal;

namespace AfterSales.Video.Recording.Capture;

/// <summary>
/// Memory of one block, filled by whoever holds it and written by the journal thread. The block header's room is in front, so
/// that a block is one write. Owned by exactly one thread at a time; handed over by <see cref="Interlocked"/> exchange.
/// </summary>
internal sealed class BlockBuffer
{
    /// <summary>200 ms of a call at 2.5 Mbit/s; a busier call seals blocks earlier.</summary>
    public const int PayloadCapacity = 64 * 1024;

    private readonly byte[] _memory = new byte[JournalFormat.BlockHeaderLength + PayloadCapacity + JournalFormat.CipherTagLength];

    // A mutable struct: must not be readonly and must not be copied.
    private RecordWriter _records;

    public ref RecordWriter Records => ref _records;

    /// <summary>When the first record went in, nanoseconds since the recording began.</summary>
    public long OpenedNs { get; private set; }
    public long SealedNs { get; private set; }
    public long SealedUtcNs { get; private set; }

    /// <summary>RTP packets inside and their bytes: what is lost if the block cannot be written.</summary>
    public int Packets { get; set; }
    public long PacketBytes { get; set; }

    public byte[] Memory => _memory;

    /// <summary>GAP records inside: if the block is lost, what they stated has to be stated again.</summary>
    public List<(GapCounter Counter, GapStatement Gap)> Statements { get; } = [];

    public void Open(long nowNs)
    {
        _records = new RecordWriter(_memory, JournalFormat.BlockHeaderLength, PayloadCapacity);
        (OpenedNs, Packets, PacketBytes) = (nowNs, 0, 0);
        Statements.Clear();
    }

    public void Seal(long nowNs, long utcNs) => (SealedNs, SealedUtcNs) = (nowNs, utcNs);
}
