using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Evidence.Manifests;

namespace AfterSales.Video.Evidence.Verification;

/// <param name="Part">1 for the first.</param>
/// <param name="Head">Hash of the last valid block (H0 without one), hex.</param>
/// <param name="Blocks">Valid blocks, the END block included.</param>
/// <param name="Bytes">Bytes up to the end of the last valid block.</param>
/// <param name="Ended">True when the last valid block is an END.</param>
/// <param name="Recovered">True when that END was written by recovery after a crash.</param>
/// <param name="EndReason">From the END record; empty when it cannot be read.</param>
/// <param name="Problem">Why reading stopped before the end of the bytes; empty when it did not.</param>
public sealed record JournalPartState(int Part, string Head, long Blocks, long Bytes, bool Ended, bool Recovered, string EndReason, string Problem)
{
    /// <summary>True when the bytes break off inside a block, the mark of a crash, rather than being wrong.</summary>
    public bool Torn { get; init; }

    /// <summary>What the END record of a recovery says was lost at most.</summary>
    public long LossMs { get; init; }

    /// <summary>The header record of the part's head, UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> HeaderBody { get; init; }

    /// <summary>Id of the data key named by the head, hex.</summary>
    public string DataKeyId { get; init; } = "";

    /// <summary>Heads at the blocks that were asked for; -1 is H0.</summary>
    public IReadOnlyDictionary<long, string> Heads { get; init; } = new Dictionary<long, string>();
}

/// <summary>Reads one part of a journal and holds it against signed checkpoints.</summary>
public static class JournalVerifier
{
    private const byte EndRecord = 10;
    private const int RecordHead = 4;

    /// <summary>Reads to the end or to the first thing that is wrong. Bytes never make it throw.</summary>
    /// <param name="journal">The part's bytes.</param>
    /// <param name="dataKey">32 bytes; empty checks the chain and the stored digests only.</param>
    /// <param name="wanted">Blocks whose heads are to be kept.</param>
    /// <param name="problem">Why there is no state at all: the head of the file is wrong.</param>
    public static bool TryRead(int part, Stream journal, ReadOnlySpan<byte> dataKey, IReadOnlySet<long> wanted, out JournalPartState state, out string problem)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        state = null!;
        if (!JournalReader.TryOpen(journal, dataKey, out var reader, out problem))
            return false;
        using (reader)
        {
            var heads = new Dictionary<long, string>();
            Keep(-1);
            var end = default(EndRecordText);
            BlockOutcome outcome;
            while ((outcome = reader.ReadBlock(out var block)) == BlockOutcome.Block)
            {
                Keep(block.Header.Seq);
                if (block.Header.Type == BlockType.End)
                    end = ReadEnd(block.Payload.Span);
            }

            state = new JournalPartState(
                part, Convert.ToHexStringLower(reader.Head), reader.Blocks, reader.ValidLength, reader.Ended, end.Recovered || reader.EndedInClear, end.Reason ?? "",
                outcome == BlockOutcome.EndOfFile ? "" : reader.Problem)
            {
                Torn = outcome == BlockOutcome.Torn,
                LossMs = end.LossMs,
                HeaderBody = reader.HeaderBody,
                DataKeyId = Convert.ToHexStringLower(reader.DataKeyId.Span),
                Heads = heads,
            };
            return true;

            void Keep(long seq)
            {
                if (wanted.Contains(seq))
                    heads[seq] = Convert.ToHexStringLower(reader.Head);
            }
        }
    }

    /// <summary>
    /// Missing END is Incomplete; a cut before a checkpoint, a head that differs from a checkpoint's, and broken blocks are Failed.
    /// </summary>
    /// <param name="isLast">True for the last part: only it must end with an END.</param>
    public static VerificationCheck Judge(JournalPartState state, IEnumerable<Checkpoint> checkpoints, bool isLast)
    {
        const string Name = "journal";
        ArgumentNullException.ThrowIfNull(state);
        var where = $"part {state.Part}, block {state.Blocks}";
        foreach (var checkpoint in checkpoints.Where(c => c.Part == state.Part))
        {
            if (checkpoint.Seq >= state.Blocks)
                return new VerificationCheck(Name, CheckOutcome.Failed, where, state.Problem.Length == 0
                    ? $"truncated: a checkpoint was signed for block {checkpoint.Seq}, but the journal ends before it"
                    : state.Problem);
            if (!state.Heads.TryGetValue(checkpoint.Seq, out var head) || head != checkpoint.Head)
                return new VerificationCheck(Name, CheckOutcome.Failed, $"part {state.Part}, block {checkpoint.Seq}", "the chain up to here is not the one a checkpoint was signed for");
        }

        if (state.Problem.Length > 0)
            return new VerificationCheck(Name, state.Torn ? CheckOutcome.Incomplete : CheckOutcome.Failed, where, state.Problem);
        return isLast && !state.Ended
            ? new VerificationCheck(Name, CheckOutcome.Incomplete, where, "there is no END: the journal may go on")
            : new VerificationCheck(Name, CheckOutcome.Passed, "", $"part {state.Part}: {state.Blocks} blocks, one chain, head {state.Head}");
    }

    /// <summary>The END record: time (8), two strings with 16-bit lengths, the second JSON (journal/v1 §5).</summary>
    private static EndRecordText ReadEnd(ReadOnlySpan<byte> records)
    {
        while (records.Length >= RecordHead)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(records[2..]);
            if (records.Length - RecordHead < length)
                break;
            if (records[0] == EndRecord && length >= sizeof(long))
            {
                var rest = records.Slice(RecordHead + sizeof(long), length - sizeof(long));
                return TryReadString(ref rest, out var reason) && TryReadString(ref rest, out var json) ? ReadCounts(json, reason) : default;
            }

            records = records[(RecordHead + length)..];
        }

        return default;
    }

    private static bool TryReadString(ref ReadOnlySpan<byte> rest, out string text)
    {
        text = "";
        if (rest.Length < 2 || rest.Length - 2 < BinaryPrimitives.ReadUInt16LittleEndian(rest))
            return false;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        text = Encoding.UTF8.GetString(rest.Slice(2, length));
        rest = rest[(2 + length)..];
        return true;
    }

    private static EndRecordText ReadCounts(string json, string reason)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var counts = document.RootElement;
            if (counts.ValueKind != JsonValueKind.Object)
                return new EndRecordText(Recovered: false, reason, 0);
            var recovered = counts.TryGetProperty("recovered", out var value) && value.ValueKind == JsonValueKind.True;
            var loss = counts.TryGetProperty("lossMs", out value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var ms) ? ms : 0;
            return new EndRecordText(recovered, reason, loss);
        }
        catch (JsonException)
        {
            return new EndRecordText(Recovered: false, reason, 0);
        }
    }

    private readonly record struct EndRecordText(bool Recovered, string? Reason, long LossMs);
}
