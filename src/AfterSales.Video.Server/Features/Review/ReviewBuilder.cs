using System.Security.Claims;
using System.Text.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Receipts.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Retention.Public;
using AfterSales.Video.Server.Features.Tickets.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Review;

/// <summary>Puts together what the replay page needs of one recording.</summary>
internal sealed class ReviewBuilder(
    HubDbContext db, ReviewQueries queries, RecordingFiles files, Keeping keeping, ReceiptBook receipts, TimestampBook timestamps, StorageProbe storage)
{
    public async Task<ReviewView> BuildAsync(RecordingRow row, string viewId, ClaimsPrincipal user, CancellationToken ct)
    {
        var stored = await files.OfAsync(row.Id, ct);
        var isErased = row.State == RecordingState.Erased;
        var (playback, tracks, lanes, stills, quality) = isErased ? (null, [], [], [], []) : await ReadAsync(row, stored, ct);
        return new ReviewView(
            viewId, await queries.CaseAsync(row, ct), row.Reason, row.OriginAt, playback, tracks, lanes, stills, quality,
            stored.Select(f => RecordingViews.FileView(row.Id, f)).ToList(),
            await SealAsync(row, ct), await KeepingAsync(row, user, ct), CourtCopy(row, stored));
    }

    public static CourtCopyView CourtCopy(RecordingRow row, IReadOnlyList<RecordingFileRow> files) => new(
        row.CourtState, row.CourtReason, files.FirstOrDefault(f => f.Purpose == "court-copy") is { } file ? RecordingViews.FileView(row.Id, file) : null);

    private async Task<(ReviewPlaybackView? Playback, IReadOnlyList<ReviewTrackView> Tracks, IReadOnlyList<LaneItemView> Lanes, IReadOnlyList<ReviewStillView> Stills,
        IReadOnlyList<ReviewQualityView> Quality)> ReadAsync(RecordingRow row, List<RecordingFileRow> stored, CancellationToken ct)
    {
        var plan = stored.Exists(f => f.Name == "playback.json") ? await files.ReadAsync(row.TenantId, row.Id, "playback.json", ct) : null;
        var playback = PlaybackReader.Playback(row.Id, plan, stored);
        if (!stored.Exists(f => f.Name == "timeline.json") || await files.ReadAsync(row.TenantId, row.Id, "timeline.json", ct) is not { } timelineJson)
            return (playback, [], [], [], []);
        using var timeline = JsonDocument.Parse(timelineJson);
        var root = timeline.RootElement;
        return (playback, PlaybackReader.Tracks(root), PlaybackReader.Lanes(root), StillsReader.Stills(row.Id, root), QualityReader.Quality(root));
    }

    private async Task<ReviewSealView?> SealAsync(RecordingRow row, CancellationToken ct)
    {
        if (row is not { SealedAt: { } sealedAt, SigningKeyId: { } keyId })
            return null;
        var root = $"/api/recordings/{row.Id}";
        return new ReviewSealView(
            root + "/manifest", root + "/checkpoints", EvidenceOptions.PublishedAt, root + "/export", keyId, sealedAt, await timestamps.StateAsync(row.Id, ct),
            (await receipts.OfRecordingAsync(row.Id, ct))?.Code ?? "");
    }

    private async Task<KeepingView> KeepingAsync(RecordingRow row, ClaimsPrincipal user, CancellationToken ct)
    {
        var ticket = await db.Set<TicketRow>().AsNoTracking().FirstAsync(t => t.Id == row.TicketId, ct);
        var holds = await keeping.HoldsAsync(row.Id, ct);
        var (until, reason) = Keeping.Rule(row, ticket, await keeping.PolicyAsync(ct));
        var isHeld = holds.Count > 0 && row.State != RecordingState.Erased;
        return new KeepingView(
            isHeld ? null : until, isHeld ? "hold" : reason, holds, (await storage.ViewAsync(ct)).Worm,
            Staff.HasRole(user, Staff.ReviewRoles), Staff.HasRole(user, ["admin"]));
    }
}
