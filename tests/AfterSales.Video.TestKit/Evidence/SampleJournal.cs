using System.Buffers.Binary;
using System.Text;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Evidence.Keys;

namespace AfterSales.Video.TestKit.Evidence;

/// <summary>One part of a small journal in memory, with the place and the head of every block.</summary>
public sealed class SampleJournal
{
    private SampleJournal(byte[] bytes, IReadOnlyList<int> offsets, IReadOnlyList<string> heads) => (Bytes, Offsets, Heads) = (bytes, offsets, heads);

    public byte[] Bytes { get; }

    /// <summary>Where block i begins; the last one is the length of the file.</summary>
    public IReadOnlyList<int> Offsets { get; }

    /// <summary>Heads[i] is the hash of block i.</summary>
    public IReadOnlyList<string> Heads { get; }

    public int Blocks => Heads.Count;

    /// <summary>The bytes of block i.</summary>
    public ReadOnlySpan<byte> Block(int index) => Bytes.AsSpan(Offsets[index]..Offsets[index + 1]);

    /// <param name="headerJson">The header record.</param>
    /// <param name="dataKey">Empty for a journal without encryption.</param>
    /// <param name="blocks">Blocks before the END.</param>
    /// <param name="random">Gives the packets' bytes.</param>
    /// <param name="endJson">Null writes no END.</param>
    public static SampleJournal Create(string headerJson, byte[] dataKey, int blocks, Random random, string? endJson, long startUtcNs = 1_800_000_000_000_000_000)
    {
        var head = new byte[JournalFormat.HashLength];
        using var file = new MemoryStream();
        var nonce = new byte[16];
        random.NextBytes(nonce);
        file.Write(FileHeader.Write(startUtcNs, nonce, dataKey.Length == 0 ? [] : DataKey.IdOf(dataKey), Encoding.UTF8.GetBytes(headerJson), head));
        using var sealer = new BlockSealer(dataKey);
        var (offsets, heads) = (new List<int>(), new List<string>());
        for (var seq = 0; seq < blocks; seq++)
            Append(BlockType.Records, Rtp(random, seq));
        if (endJson is not null)
            Append(BlockType.End, End(endJson));
        offsets.Add((int)file.Length);
        return new SampleJournal(file.ToArray(), offsets, heads);

        void Append(BlockType type, byte[] payload)
        {
            offsets.Add((int)file.Length);
            var block = new byte[JournalFormat.BlockHeaderLength + payload.Length + sealer.Overhead];
            payload.CopyTo(block, JournalFormat.BlockHeaderLength);
            var time = heads.Count * 100_000_000L;
            var header = new BlockHeader
            {
                Type = type,
                Seq = heads.Count,
                MonotonicNs = time,
                UtcNs = startUtcNs + time,
                PlainLength = payload.Length,
                StoredLength = payload.Length,
                Records = 1,
            };
            file.Write(block.AsSpan(0, sealer.Seal(header, block, head)));
            heads.Add(Convert.ToHexStringLower(head));
        }
    }

    /// <summary>An RTP record (journal/v1 §5): track, time, packet.</summary>
    private static byte[] Rtp(Random random, int seq)
    {
        var packet = new byte[20 + random.Next(60)];
        random.NextBytes(packet);
        packet[0] = 0x80;
        var record = new byte[4 + 10 + packet.Length];
        record[0] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(2), (ushort)(10 + packet.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(4), 1);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(6), seq * 100_000_000L);
        packet.CopyTo(record, 14);
        return record;
    }

    /// <summary>An END record: time, reason, JSON.</summary>
    private static byte[] End(string json)
    {
        byte[] reason = [.. "hang_up"u8];
        var text = Encoding.UTF8.GetBytes(json);
        var record = new byte[4 + 8 + 2 + reason.Length + 2 + text.Length];
        record[0] = 10;
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(2), (ushort)(record.Length - 4));
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(12), (ushort)reason.Length);
        reason.CopyTo(record, 14);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(14 + reason.Length), (ushort)text.Length);
        text.CopyTo(record, 16 + reason.Length);
        return record;
    }
}
