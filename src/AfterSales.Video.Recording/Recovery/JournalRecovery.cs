using System.Text.Json;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Native;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Journal;

namespace AfterSales.Video.Recording.Recovery;

/// <summary>Closes what a crash left open in the spool. Journals that another recorder still writes are held by a lock and left alone.</summary>
public sealed class JournalRecovery(string spoolFolder) : IJournalRecovery
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<RecoveredJournal>> RecoverAsync(CancellationToken ct) => Task.Run<IReadOnlyList<RecoveredJournal>>(() => Recover(ct), ct);

    private List<RecoveredJournal> Recover(CancellationToken ct)
    {
        var found = new List<RecoveredJournal>();
        if (!Directory.Exists(spoolFolder))
            return found;
        foreach (var folder in Directory.EnumerateDirectories(spoolFolder).Order(StringComparer.Ordinal))
        {
            ct.ThrowIfCancellationRequested();
            var path = Path.Combine(folder, JournalFile.FileName);
            if (!File.Exists(path))
                continue;
            try
            {
                if (Recover(path) is { } journal)
                    found.Add(journal);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                found.Add(Unreadable(path, e.Message));
            }
        }

        return found;
    }

    /// <summary>Null when the journal is being written now.</summary>
    private static RecoveredJournal? Recover(string path)
    {
        var state = new ScanState();
        JournalReader reader;
        long fileLength;
        using (var file = OpenExclusively(path))
        {
            if (file is null)
                return null;
            fileLength = file.Length;
            if (!JournalReader.TryOpen(new BufferedStream(file, 1 << 20), out reader, out var problem))
                return Unreadable(path, problem);
            while (reader.ReadBlock(out var block) == BlockOutcome.Block)
                state.Add(block);
        }

        if (reader.Ended && reader.Problem.Length == 0)
            return Found(path, state.Recovered ? "recovered" : "complete", state.Recovered ? "closed by an earlier recovery" : "", reader.Blocks, state.EndNs);
        Close(path, reader, state, fileLength - reader.ValidLength);
        var reason = reader.Problem.Length > 0 ? reader.Problem : "the journal had no END record";
        return Found(path, "recovered", reason, reader.Blocks + (reader.Ended ? 0 : 1), state.EndNs);
    }

    /// <summary>Cuts behind the last whole block and writes the END that says so. Bytes behind an END are cut off too; the END stays the last block.</summary>
    private static void Close(string path, JournalReader reader, ScanState state, long cutBytes)
    {
        if (cutBytes > 0)
            KeepTail(path, reader.ValidLength);
        using var journal = JournalFile.Continue(path, reader.Head, reader.ValidLength, reader.Blocks);
        if (!reader.Ended)
        {
            var end = new BlockBuffer();
            end.Open(state.EndNs);
            var counts = new EndCounts(reader.Blocks, state.Packets, state.Dropped, Recovered: true, cutBytes);
            end.Records.Text(RecordType.End, 0, state.EndNs, "recovered", JsonSerializer.Serialize(counts, JournalJson.Default.EndCounts));
            // The time of the last block: when the recording ended, not when it was found.
            end.Seal(state.EndNs, state.EndUtcNs);
            journal.Append(end, BlockType.End);
        }

        journal.Sync();
    }

    /// <summary>What is cut off may still hold media an expert can read, so it is kept beside the journal.</summary>
    private static void KeepTail(string path, long validLength)
    {
        using var journal = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
        using var tail = new FileStream($"{path}.cut-{validLength}", FileMode.Create, FileAccess.Write, FileShare.None, 0);
        journal.Position = validLength;
        journal.CopyTo(tail);
        FileSync.DataSync(tail.SafeFileHandle);
        FileSync.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    private static FileStream? OpenExclusively(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 0);
        }
        catch (IOException) when (File.Exists(path) && IsLocked(path))
        {
            return null;
        }
    }

    private static bool IsLocked(string path)
    {
        try
        {
            using var shared = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static RecoveredJournal Found(string path, string outcome, string reason, long blocks, long endNs) =>
        new(RecordingId(path), path, outcome, reason, blocks, TimeSpan.FromTicks(endNs / 100));

    private static RecoveredJournal Unreadable(string path, string reason) => Found(path, "unreadable", reason, 0, 0);

    private static string RecordingId(string path) => Path.GetFileName(Path.GetDirectoryName(path))!;

    private sealed class ScanState
    {
        public long EndNs { get; private set; }
        public long EndUtcNs { get; private set; }
        public long Packets { get; private set; }
        public long Dropped { get; private set; }
        public bool Recovered { get; private set; }

        public void Add(in JournalBlock block)
        {
            (EndNs, EndUtcNs) = (block.Header.MonotonicNs, block.Header.UtcNs);
            var records = new RecordReader(block.Payload.Span);
            while (records.Read())
            {
                if (records.Type == RecordType.Rtp)
                    Packets++;
                else if (records.TryGetGap(out _, out _, out var packets, out _))
                    Dropped += packets;
                else if (records.Type == RecordType.End && records.TryGetText(out _, out _, out var counts))
                    Recovered = counts.Contains("\"recovered\":true", StringComparison.Ordinal);
            }
        }
    }
}
