using System.Buffers.Binary;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Journal;

namespace AfterSales.Video.Recording.Tests;

/// <summary>All that a recording's folder holds, read with the tests' key.</summary>
internal sealed class JournalContent
{
    /// <summary>Of each track, the number the packet's payload begins with (the recorder process puts its time there).</summary>
    public Dictionary<ushort, List<long>> Packets { get; } = [];
    public List<(string First, string Second, RecordType Type)> Texts { get; } = [];
    public List<(long FromNs, long ToNs, uint Packets, string Reason)> Gaps { get; } = [];
    public List<long> BlockTimes { get; } = [];
    public int Parts { get; private init; }
    public long Blocks { get; private set; }
    public bool Ended { get; private set; }
    public bool EndedInClear { get; private set; }
    public string Problem { get; private set; } = "";
    public int RepeatedTracks { get; private set; }
    public int TotalPackets => Packets.Values.Sum(p => p.Count);

    public EndCounts End => System.Text.Json.JsonSerializer.Deserialize<EndCounts>(Texts.Single(t => t.Type == RecordType.End).Second, System.Text.Json.JsonSerializerOptions.Web)!;

    public static JournalContent Read(string folderOrPath, bool withKey = true)
    {
        Assert.True(RecordingJournal.TryOpen(folderOrPath, withKey ? RecordedCall.DataKey.Span : [], out var journal, out var problem), problem);
        using var opened = journal;
        var content = new JournalContent { Parts = journal.Parts.Count };
        while (journal.ReadBlock(out var block) == BlockOutcome.Block)
        {
            content.BlockTimes.Add(block.Header.MonotonicNs);
            content.Add(new RecordReader(block.Payload.Span));
        }

        (content.Blocks, content.Ended, content.EndedInClear, content.Problem) = (journal.Blocks, journal.Ended, journal.EndedInClear, journal.Problem);
        return content;
    }

    private void Add(RecordReader records)
    {
        while (records.Read())
        {
            if (records.TryGetRtp(out var track, out _, out _, out var packet))
            {
                if (!Packets.TryGetValue(track, out var list))
                    Packets[track] = list = [];
                list.Add(packet.Length >= 20 ? BinaryPrimitives.ReadInt64LittleEndian(packet[12..]) : 0);
            }
            else if (records.TryGetText(out _, out var first, out var second))
            {
                Texts.Add((first, second, records.Type));
            }
            else if (records.TryGetGap(out var from, out var to, out var packets, out _, out var reason))
            {
                Gaps.Add((from, to, packets, reason));
            }
            else if (records.Type == RecordType.TrackStarted && (records.Flags & RecordWriter.RepeatedFlag) != 0)
            {
                RepeatedTracks++;
            }
        }

        Assert.False(records.Malformed);
    }
}
