using System.Text.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Jobs.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Recordings;

/// <summary>From a sealed journal to files under the ticket. Every step can run twice; the journal is never touched.</summary>
internal sealed partial class MuxJob(
    ICallMuxer muxer, IEvidenceStore store, HubDbContext db, DataFolder folder, DeskNotifier desk, ILogger<MuxJob> logger) : IJobHandler
{
    public const string JobKind = "mux";

    public string Kind => JobKind;

    public async Task RunAsync(string subjectId, bool isLastTry, CancellationToken ct)
    {
        var row = await db.Set<RecordingRow>().FirstOrDefaultAsync(r => r.Id == subjectId, ct);
        if (row is not { State: RecordingState.Muxing, JournalPath: { } journal })
            return;
        if (muxer.Problem is { } problem)
            throw new JobPostponedException(problem);
        var output = Path.Combine(folder.Work, row.Id);
        try
        {
            Directory.CreateDirectory(output);
            var result = await muxer.MuxAsync(journal, default, output, ct);
            if (result.Outcome == "failed" && !isLastTry)
                throw new InvalidOperationException("Muxing failed: " + result.Reason);
            await StoreAsync(row, result, ct);
        }
        catch (Exception fault) when (isLastTry && fault is not OperationCanceledException)
        {
            Log.GivenUp(logger, fault, row.Id);
            await FinishAsync(row, RecordingState.Failed, "The recording could not be prepared for playback; its journal is kept.", ct);
        }
        finally
        {
            if (Directory.Exists(output))
                Directory.Delete(output, recursive: true);
        }

        await desk.CallChangedAsync(row.TenantId, row.CallId);
        await desk.TicketChangedAsync(row.TenantId, row.TicketId);
    }

    private async Task StoreAsync(RecordingRow row, MuxResult result, CancellationToken ct)
    {
        var known = await db.Set<RecordingFileRow>().Where(f => f.RecordingId == row.Id).Select(f => f.Name).ToListAsync(ct);
        foreach (var file in result.Files.Where(f => !known.Contains(f.Name)))
        {
            var stored = await PutAsync(row, file, ct);
            db.Add(new RecordingFileRow
            {
                RecordingId = row.Id,
                Name = file.Name,
                TenantId = row.TenantId,
                Purpose = file.Purpose,
                ContentType = file.ContentType,
                Length = stored.Length,
                Sha256 = stored.Sha256,
            });
        }

        row.DurationMs = (long)result.Duration.TotalMilliseconds;
        row.GapsJson = JsonSerializer.Serialize(result.Gaps.Select(Gap), JsonSerializerOptions.Web);
        await FinishAsync(row, StateOf(result.Outcome), result.Reason, ct);
        Log.Finished(logger, row.Id, result.Outcome, result.Files.Count);
    }

    // A run that died after its put left the object behind: what is there was compared with its digest when it was written.
    private async Task<StoredObject> PutAsync(RecordingRow row, MuxedFile file, CancellationToken ct)
    {
        var key = EvidenceKey.Create(row.TenantId, row.Id, file.Name);
        if (await store.StatAsync(key, ct) is not null)
            await store.DeleteAsync(key, ct);
        var tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["ticket"] = row.TicketId, ["call"] = row.CallId, ["purpose"] = file.Purpose };
        await using var content = File.OpenRead(file.Path);
        return await store.PutAsync(key, content, new EvidenceMetadata(file.ContentType, tags), ct);
    }

    private async Task FinishAsync(RecordingRow row, RecordingState state, string reason, CancellationToken ct)
    {
        row.State = state;
        row.Reason = reason;
        row.Version++;
        await db.SaveChangesAsync(ct);
    }

    private static RecordingState StateOf(string outcome) => outcome switch
    {
        "complete" => RecordingState.Ready,
        "partial" => RecordingState.Partial,
        "empty" => RecordingState.Empty,
        _ => RecordingState.Failed,
    };

    private static GapView Gap(RecordingGap gap) =>
        new(gap.ParticipantId, gap.Source, gap.From.TotalSeconds, gap.To.TotalSeconds, gap.Reason);

    private static partial class Log
    {
        [LoggerMessage(1503, LogLevel.Information, "Recording {RecordingId} is {Outcome} with {Files} files")]
        public static partial void Finished(ILogger logger, string recordingId, string outcome, int files);

        [LoggerMessage(1504, LogLevel.Error, "Recording {RecordingId} could not be muxed; its journal stays")]
        public static partial void GivenUp(ILogger logger, Exception fault, string recordingId);
    }
}
