using System.Text;
using AfterSales.Video.Evidence.Journals;

namespace AfterSales.Video.Evidence.Tests.Journals;

/// <summary>Writes journal files in memory, block by block, whatever their payloads.</summary>
internal sealed class JournalBuilder : IDisposable
{
    private readonly BlockSealer _sealer;
    private readonly byte[] _head = new byte[JournalFormat.HashLength];
    private readonly List<byte> _file;
    private long _seq;

    public JournalBuilder(byte[] dataKey, int part = 1, string previousHead = "", string recordingId = "rec-1")
    {
        _sealer = new BlockSealer(dataKey);
        var goesOn = part == 1 ? "" : $$""","part":{{part}},"previousHead":"{{previousHead}}" """;
        var body = $$"""{"recordingId":"{{recordingId}}","tenantId":"tenant"{{goesOn}}}""";
        _file = [.. FileHeader.Write(5, new byte[16], dataKey.Length == 0 ? [] : FileHeader.DataKeyId(dataKey), Encoding.UTF8.GetBytes(body), _head)];
        Ends.Add(_file.Count);
    }

    public static byte[] Key { get; } = [.. Enumerable.Range(1, JournalFormat.DataKeyLength).Select(i => (byte)i)];

    public string HeadHex => Convert.ToHexStringLower(_head);
    public List<int> Ends { get; } = [];
    public byte[] Bytes => [.. _file];

    public JournalBuilder Add(string payload, BlockType type = BlockType.Records) => Add(_sealer, payload, type);

    /// <summary>A block without encryption, in whatever journal.</summary>
    public JournalBuilder AddInClear(string payload, BlockType type)
    {
        using var sealer = new BlockSealer([]);
        return Add(sealer, payload, type);
    }

    public void Dispose() => _sealer.Dispose();

    private JournalBuilder Add(BlockSealer sealer, string payload, BlockType type)
    {
        var plaintext = Encoding.UTF8.GetBytes(payload);
        byte[] block = [.. new byte[JournalFormat.BlockHeaderLength], .. plaintext, .. new byte[sealer.Overhead]];
        var header = new BlockHeader { Type = type, Seq = _seq++, MonotonicNs = _seq, UtcNs = _seq, PlainLength = plaintext.Length, StoredLength = 0, Records = 0 };
        sealer.Seal(header, block, _head);
        _file.AddRange(block);
        Ends.Add(_file.Count);
        return this;
    }
}
