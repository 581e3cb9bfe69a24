using System.Text;
using System.Text.Json.Nodes;
using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Jobs.Public;
using AfterSales.Video.Server.Features.Receipts.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Retention.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Recordings;

/// <summary>
/// After the recording plays: the rest of its files, its journal in the store, and the signed manifest that fixes all of it. Every step can run
/// twice; the manifest is signed once.
/// </summary>
internal sealed partial class SealJob(
    ICallMuxer muxer, RecordingFiles files, RecordingSegments segments, JournalKeeper journals, RecordingNotes notes, ManifestFactory manifests, ReceiptBook receipts,
    TimestampQueue timestamps, IEvidenceSigner signer, CustodyLog custody, RecordingGate gate, StoreHolds holds, HubDbContext db, DataFolder folder, DeskNotifier desk, TimeProvider time,
    ILogger<SealJob> logger) : IJobHandler
{
    public const string JobKind = "seal";

    private const string ManifestName = "manifest.dsse.json";

    public string Kind => JobKind;

    public async Task RunAsync(string subjectId, bool isLastTry, CancellationToken ct)
    {
        using var turn = await gate.EnterAsync(subjectId, ct);
        var row = await db.Set<RecordingRow>().FirstOrDefaultAsync(r => r.Id == subjectId, ct);
        if (row is null or { SealedAt: not null } or { State: RecordingState.Recording or RecordingState.Muxing or RecordingState.Erased })
            return;
        try
        {
            await SealAsync(row, isLastTry, ct);
        }
        catch (EvidenceStoreException away) when (away.IsPassing())
        {
            await notes.WaitAsync(row, away.Message, ct);
            throw new JobPostponedException(away.Message);
        }
        catch (JobPostponedException postponed)
        {
            await notes.WaitAsync(row, postponed.Message, ct);
            throw;
        }
        catch (Exception fault) when (isLastTry && fault is not OperationCanceledException)
        {
            await notes.SayAsync(row, "It could not be sealed: " + fault.Message, ct);
            throw;
        }
    }

    private async Task SealAsync(RecordingRow row, bool isLastTry, CancellationToken ct)
    {
        var work = Path.Combine(folder.Work, row.Id);
        if (row.State is RecordingState.Ready or RecordingState.Partial && !await HasAllFilesAsync(row, ct))
            await CompleteAsync(row, work, isLastTry, ct);
        await SealAsync(row, ct);
        await holds.CoverAsync(row, ct);
        await segments.ForgetAsync(row.Id);
        if (Directory.Exists(work))
            Directory.Delete(work, recursive: true);
        await desk.CallChangedAsync(row.TenantId, row.CallId);
    }

    private Task<bool> HasAllFilesAsync(RecordingRow row, CancellationToken ct) =>
        db.Set<RecordingFileRow>().AnyAsync(f => f.RecordingId == row.Id && f.Purpose == "playback", ct);

    private async Task CompleteAsync(RecordingRow row, string work, bool isLastTry, CancellationToken ct)
    {
        if (muxer.Problem is { } problem)
            throw new JobPostponedException(problem);
        if (!await files.FetchPlayableAsync(row, work, ct))
            throw new InvalidOperationException("The original is not in the store.");
        var result = await muxer.CompleteAsync(work, ct);
        // Removed while it ran: nothing is wrong with the recording.
        if (result.Outcome == "failed" && muxer.Problem is { } gone)
            throw new JobPostponedException(gone);
        if (result.Outcome == "failed" && !isLastTry)
            throw new InvalidOperationException("Completing the files failed: " + result.Reason);
        // The journal and what plays are sealed even when the rest cannot be made.
        await files.StoreAsync(row, result.Files, ct);
        row.Reason = result.Outcome == "failed" ? "The file for download could not be made: " + result.Reason : RecordingNotes.WithoutWait(row.Reason);
        row.Version++;
        await db.SaveChangesAsync(ct);
    }

    private async Task SealAsync(RecordingRow row, CancellationToken ct)
    {
        row.Reason = RecordingNotes.WithoutWait(row.Reason);
        var place = await journals.EnsureAsync(row, ct);
        var journal = JournalMap.Read(place);
        var stored = await segments.CompleteAsync(row.Id, place, journal, ct);
        await EnsureReceiptAsync(row, journal, ct);
        var manifest = await manifests.BuildAsync(row, journal, stored, ct);
        var text = SignedText.Of(SignedDocuments.Manifest.Sign(manifest, signer));
        using (var content = new MemoryStream(Encoding.UTF8.GetBytes(text)))
            await files.ReplaceAsync(row, ManifestName, content, "application/json", "manifest", ct);
        row.ManifestName = ManifestName;
        row.SealedAt = time.GetUtcNow();
        row.SigningKeyId = signer.KeyId;
        row.Integrity = row.Recovered ? Integrity.Recovered : Integrity.Sealed;
        row.Version++;
        timestamps.Add(db, row.TenantId, row.Id, "manifest.tsr", "manifest", text);
        await db.SaveChangesAsync(ct);
        await custody.AppendAsync(row.TenantId, CustodyKind.Sealed, CustodyActor.System, row.Id, new JsonObject { ["manifestSha256"] = SignedText.Sha256(text) }, ct);
        Log.Sealed(logger, row.Id, row.Integrity);
    }

    /// <summary>For the rare case that it could not be given when the call ended.</summary>
    private async Task EnsureReceiptAsync(RecordingRow row, JournalMap journal, CancellationToken ct) =>
        await receipts.IssueAsync(row, ReceiptHead.Of(journal, row.Blocks, row.DurationMs), !row.Recovered, ct);

    private static partial class Log
    {
        [LoggerMessage(1520, LogLevel.Information, "Recording {RecordingId} is {Integrity}")]
        public static partial void Sealed(ILogger logger, string recordingId, string integrity);
    }
}
