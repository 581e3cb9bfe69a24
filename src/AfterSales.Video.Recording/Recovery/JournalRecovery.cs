using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Evidence.Keys;
using AfterSales.Video.Native;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Journal;

namespace AfterSales.Video.Recording.Recovery;

/// <summary>
/// Closes what a crash left open in the spool. Journals that another recorder still writes are held by a lock and left alone. Works without
/// the data key too: the chain needs none, and the END then stands in the clear, which readers take for recovered whatever it says.
/// </summary>
/// <param name="keys">Null when no journal is encrypted.</param>
public sealed class JournalRecovery(string spoolFolder, IRecordingKeys? keys = null) : IJournalRecovery
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
            var parts = JournalFiles.Find(folder);
            if (parts.Count == 0)
                continue;
            try
            {
                if (Recover(parts) is { } journal)
                    found.Add(journal);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                found.Add(Unreadable(parts[0], e.Message));
            }
        }

        return found;
    }

    /// <summary>Null when the journal is being written now.</summary>
    private RecoveredJournal? Recover(IReadOnlyList<string> parts)
    {
        if (IsLocked(parts[^1]))
            return null;
        if (!TryReadHeader(parts[0], out var header, out var problem))
            return Unreadable(parts[0], problem);
        var key = keys?.Find(header.TenantId, header.RecordingId) ?? default;
        if (!RecordingJournal.TryOpen(parts[0], key.Span, out var journal, out problem))
            return Unreadable(parts[0], problem);
        var scan = new JournalScan();
        BlockOutcome outcome;
        // Closed again before the file is opened for writing: our own lock would refuse us.
        using (journal)
            outcome = scan.Read(journal);
        if (journal.Ended && journal.Problem.Length == 0)
            return Complete(parts[0], header, journal, scan);
        if (scan.Part != parts.Count)
            return Unreadable(parts[0], journal.Problem);
        var last = journal.Parts[^1].Reader;
        var loss = LossBound.Of(header, parts[^1], last, outcome, scan.EndNs);
        var reason = journal.Problem.Length > 0 ? journal.Problem : "the journal had no END record";
        Close(parts[^1], header with { Part = parts.Count }, last, scan, key.Span, loss);
        return Found(parts[0], header, "recovered", reason, journal.Blocks + (journal.Ended ? 0 : 1), scan) with { Loss = loss };
    }

    private static RecoveredJournal Complete(string path, RecordingHeader header, RecordingJournal journal, JournalScan scan)
    {
        var recovered = scan.Recovered || journal.EndedInClear;
        return Found(path, header, recovered ? "recovered" : "complete", recovered ? "closed by an earlier recovery" : "", journal.Blocks, scan);
    }

    /// <summary>Cuts behind the last whole block and writes the END that says so. Bytes behind an END are cut off too; the END stays the last block.</summary>
    private static void Close(string path, RecordingHeader header, JournalReader last, JournalScan scan, ReadOnlySpan<byte> key, TimeSpan loss)
    {
        var cutBytes = new FileInfo(path).Length - last.ValidLength;
        if (cutBytes > 0)
            KeepTail(path, last.ValidLength);
        using var sealer = new BlockSealer(last.IsEncrypted ? key : []);
        using var journal = JournalFile.Continue(path, last, header, sealer);
        if (!last.Ended)
        {
            var end = new BlockBuffer();
            end.Open(scan.EndNs);
            end.Records.Text(RecordType.End, 0, scan.EndNs, "recovered", scan.Counts(cutBytes, loss, readable: last.CanRead));
            // The time of the last block: when the recording ended, not when it was found.
            end.Seal(scan.EndNs, scan.EndUtcNs);
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

    private static bool TryReadHeader(string path, out RecordingHeader header, out string problem)
    {
        header = null!;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
        if (!JournalReader.TryOpen(file, out var reader, out problem))
            return false;
        using (reader)
        {
            if (!HeaderJson.TryRead(reader.HeaderBody.Span, out header))
                problem = "the header record is not readable";
        }

        return problem.Length == 0;
    }

    private static bool IsLocked(string path)
    {
        try
        {
            using var exclusive = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 0);
            return false;
        }
        catch (IOException) when (File.Exists(path))
        {
            return true;
        }
    }

    private static RecoveredJournal Found(string path, RecordingHeader header, string outcome, string reason, long blocks, JournalScan scan) =>
        new(RecordingId(path), path, outcome, reason, blocks, TimeSpan.FromTicks(scan.EndNs / 100)) { TenantId = header.TenantId };

    private static RecoveredJournal Unreadable(string path, string reason) => new(RecordingId(path), path, "unreadable", reason, 0, TimeSpan.Zero);

    private static string RecordingId(string path) => Path.GetFileName(Path.GetDirectoryName(path))!;
}
