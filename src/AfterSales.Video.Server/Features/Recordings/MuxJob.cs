using System.Text.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Keys;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Jobs.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Recordings;

/// <summary>From a closed journal to what the player needs, at once. Sealing follows in a job of its own. Every step can run twice.</summary>
internal sealed partial class MuxJob(
    ICallMuxer muxer, IRecordingKeys keys, RecordingFiles files, JournalKeeper journals, RecordingNotes notes, RecordingGate gate, HubDbContext db, DataFolder folder,
    JobQueue jobs, DeskNotifier desk, ILogger<MuxJob> logger) : IJobHandler
{
    public const string JobKind = "mux";

    public string Kind => JobKind;

    public async Task RunAsync(string subjectId, bool isLastTry, CancellationToken ct)
    {
        using var turn = await gate.EnterAsync(subjectId, ct);
        var row = await db.Set<RecordingRow>().FirstOrDefaultAsync(r => r.Id == subjectId, ct);
        if (row is not { State: RecordingState.Muxing, JournalPath: not null })
            return;
        try
        {
            if (keys.Find(row.TenantId, row.Id) is not { } key)
                throw new InvalidOperationException("The data key of the recording cannot be had.");
            var result = await muxer.MakePlayableAsync(await journals.EnsureAsync(row, ct), key, Path.Combine(folder.Work, row.Id), ct);
            if (result.Outcome == "failed" && !isLastTry)
                throw new InvalidOperationException("Muxing failed: " + result.Reason);
            await StoreAsync(row, result, ct);
        }
        catch (EvidenceStoreException away) when (away.IsPassing())
        {
            await notes.WaitAsync(row, away.Message, ct);
            throw new JobPostponedException(away.Message);
        }
        catch (Exception fault) when (isLastTry && fault is not OperationCanceledException)
        {
            Log.GivenUp(logger, fault, row.Id);
            await FinishAsync(row, RecordingState.Failed, "The recording could not be prepared for playback; its journal is kept.", ct);
        }

        jobs.Wake();
        await desk.CallChangedAsync(row.TenantId, row.CallId);
        await desk.TicketChangedAsync(row.TenantId, row.TicketId);
    }

    private async Task StoreAsync(RecordingRow row, MuxResult result, CancellationToken ct)
    {
        await files.StoreAsync(row, result.Files, ct);
        row.DurationMs = (long)result.Duration.TotalMilliseconds;
        row.GapsJson = JsonSerializer.Serialize(result.Gaps.Select(Gap), JsonSerializerOptions.Web);
        row.OriginAt = OriginOf(result);
        // A recovered recording plays like any other, and says what it lacks.
        await FinishAsync(row, StateOf(result.Outcome), result.Reason, ct);
        Log.Finished(logger, row.Id, result.Outcome, result.Files.Count);
    }

    private async Task FinishAsync(RecordingRow row, RecordingState state, string reason, CancellationToken ct)
    {
        row.State = state;
        row.Reason = reason;
        row.Version++;
        // Whatever came of it: journal, gaps and checkpoints are sealed even when there is nothing to play.
        await jobs.AddOnceAsync(db, row.TenantId, SealJob.JobKind, row.Id, ct);
        await db.SaveChangesAsync(ct);
    }

    private static DateTimeOffset? OriginOf(MuxResult result)
    {
        if (result.Files.FirstOrDefault(f => f.Name == "playback.json") is not { } plan)
            return null;
        using var document = JsonDocument.Parse(File.ReadAllBytes(plan.Path));
        return document.RootElement.TryGetProperty("originUtc", out var origin) ? origin.GetDateTimeOffset() : null;
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
