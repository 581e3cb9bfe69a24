using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AfterSales.Video.Domain.Tickets;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.BuyerEntry.Public;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Receipts.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Retention.Public;
using AfterSales.Video.Server.Features.Tickets.Public;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Recordings;

/// <summary>Gathers what the manifest of a recording states (recordings-schema/manifest/v1).</summary>
internal sealed class ManifestFactory(
    HubDbContext db, RecordingFiles files, CheckpointLog checkpoints, ReceiptBook receipts, TimestampBook timestamps, Keeping keeping, IEvidenceSigner signer,
    IOptions<RecordingOptions> options, TimeProvider time)
{
    public async Task<Manifest> BuildAsync(RecordingRow row, JournalMap journal, IReadOnlyList<StoredSegment> segments, CancellationToken ct)
    {
        var stored = await files.OfAsync(row.Id, ct);
        var ticket = await db.Set<TicketRow>().AsNoTracking().FirstAsync(t => t.Id == row.TicketId, ct);
        var call = await db.Set<CallRow>().AsNoTracking().FirstAsync(c => c.Id == row.CallId, ct);
        var key = await db.Set<RecordingKeyRow>().AsNoTracking().FirstAsync(k => k.RecordingId == row.Id, ct);
        var timeline = await TimelineAsync(row, stored, ct);
        var (startedAt, isPartial) = (row.OriginAt ?? row.StartedAt, row.State != RecordingState.Ready);
        return new Manifest
        {
            RecordingId = row.Id,
            TenantId = row.TenantId,
            CallId = row.CallId,
            Ticket = new ManifestTicket(row.TicketId, TicketRules.FormatNumber(ticket.Number)),
            StartedAt = startedAt,
            EndedAt = startedAt.AddMilliseconds(row.DurationMs),
            DurationMs = row.DurationMs,
            CreatedAt = time.GetUtcNow(),
            State = isPartial ? Manifest.Partial : Manifest.Complete,
            PartialReason = isPartial ? (row.Reason.Length > 0 ? row.Reason : Words.Of(row.State)) : null,
            Parties = timeline.Parties(),
            Consent = new ManifestConsent(call.ConsentVersion ?? "", call.ConsentTextSha256 ?? new string('0', 64), call.ConsentLanguage ?? "", call.ConsentAt ?? row.StartedAt),
            Environment = Environment(),
            Keys = new ManifestKeys(row.DataKeyId, key.KekId, signer.KeyId),
            Journal = Journal(row, journal),
            Segments = Segments(journal, segments),
            Checkpoints = (await checkpoints.OfRecordingAsync(row.Id, ct)).ConvertAll(Checkpoint),
            ClockSamples = journal.Parts.SelectMany(p => p.Samples).Select(s => new ClockSample(Math.Max(0, s.Ns / 1_000_000), s.At)).ToList(),
            Tracks = timeline.Tracks(),
            Gaps = timeline.Gaps(),
            Marks = timeline.Marks(),
            Photos = await PhotosAsync(row, startedAt, ct),
            Challenges = [],
            Files = stored.Where(f => f.Purpose != "court-copy").Select(File).ToList(),
            Timestamps = await TimestampsAsync(row, ct),
            Retention = await RetentionAsync(ct),
            Receipt = await receipts.OfRecordingAsync(row.Id, ct) is { } receipt ? new ManifestReceipt(receipt.Code, SignedText.Sha256(receipt.Envelope)) : null,
        };
    }

    public static ManifestFile File(RecordingFileRow file) => new(
        file.Name, file.Purpose, file.ContentType, file.Length, file.Sha256,
        file.DerivedFrom.Length > 0 ? file.DerivedFrom.Split(',') : null, file.Provenance.Length > 0 ? file.Provenance : null);

    private async Task<TimelineReader> TimelineAsync(RecordingRow row, List<RecordingFileRow> stored, CancellationToken ct) =>
        stored.Exists(f => f.Name == "timeline.json") && await files.ReadAsync(row.TenantId, row.Id, "timeline.json", ct) is { } json
            ? new TimelineReader(JsonNode.Parse(json)!)
            : TimelineReader.Empty;

    private static ManifestJournal Journal(RecordingRow row, JournalMap journal) => new(journal.Parts.Select(part =>
    {
        var isLast = part == journal.Last;
        return new ManifestJournalPart(
            part.Number, part.HeadHex, part.LastSeq + 1, part.Length, isLast ? row.EndReason : "", isLast && row.Recovered, isLast ? row.LossMs : 0);
    }).ToList());

    private static List<ManifestSegment> Segments(JournalMap journal, IReadOnlyList<StoredSegment> segments)
    {
        var made = new List<ManifestSegment>(segments.Count);
        foreach (var part in journal.Parts)
        {
            var (offset, first) = (0L, 0L);
            foreach (var segment in segments.Where(s => s.Part == part.Number))
            {
                offset += segment.Length;
                var last = part.LastBlockBefore(offset);
                made.Add(new ManifestSegment(segment.Name, segment.Part, segment.Index, segment.Length, segment.Sha256, first, last));
                first = last + 1;
            }
        }

        return made;
    }

    private static ManifestCheckpoint Checkpoint(CheckpointRow row) =>
        new(row.Part, row.BlockSeq, row.HeadHex, row.At, SignedText.Parse(row.Envelope).Signatures[0].KeyId);

    private async Task<List<ManifestPhoto>> PhotosAsync(RecordingRow row, DateTimeOffset startedAt, CancellationToken ct)
    {
        var photos = await db.Set<PhotoRow>().AsNoTracking().Where(p => p.CallId == row.CallId).OrderBy(p => p.Id).ToListAsync(ct);
        return photos.ConvertAll(p => new ManifestPhoto(p.Id, (long)(p.ReceivedAt - startedAt).TotalMilliseconds, p.Sha256, p.ContentType, p.Length));
    }

    private async Task<List<ManifestTimestamp>> TimestampsAsync(RecordingRow row, CancellationToken ct) =>
        (await timestamps.SettledAsync(row.Id, ct)).Where(t => t is { GenTime: not null, OfWhat: "checkpoint" })
            .Select(t => new ManifestTimestamp(t.Name, t.GenTime!.Value, t.ImprintHex, t.State == "late")).ToList();

    private async Task<ManifestRetention> RetentionAsync(CancellationToken ct)
    {
        var policy = await keeping.PolicyAsync(ct);
        return new ManifestRetention(policy.MediaDaysAfterClose, policy.RecordsDays);
    }

    private ManifestEnvironment Environment()
    {
        var version = typeof(ManifestFactory).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        var settings = options.Value.ToRecorder("");
        var configuration = new JsonObject
        {
            ["blockAgeMs"] = (long)settings.BlockAge.TotalMilliseconds,
            ["sealCheckMs"] = (long)settings.SealCheck.TotalMilliseconds,
            ["syncIntervalMs"] = (long)settings.SyncInterval.TotalMilliseconds,
            ["maxBlocksInFlight"] = settings.MaxBlocksInFlight,
            ["checkpointIntervalMs"] = (long)settings.CheckpointInterval.TotalMilliseconds,
            ["segmentIntervalMs"] = (long)options.Value.SegmentInterval.TotalMilliseconds,
            ["keyFrameIntervalMs"] = (long)options.Value.KeyFrameInterval.TotalMilliseconds,
            ["refuseBelowBytes"] = settings.RefuseBelowBytes,
            ["videoOffBelowBytes"] = settings.VideoOffBelowBytes,
            ["sealBelowBytes"] = settings.SealBelowBytes,
        };
        return new ManifestEnvironment(
            "AfterSales.Video", version, Convert.ToHexStringLower(SHA256.HashData(SignedText.Canonical(configuration))),
            [
                new ManifestComponent(".NET", System.Environment.Version.ToString()),
                new ManifestComponent("OS", RuntimeInformation.OSDescription),
                new ManifestComponent("OpenSSL", SafeOpenSslVersion()),
            ]);
    }

    private static string SafeOpenSslVersion() =>
        OperatingSystem.IsLinux() ? SafeEvpPKeyHandle.OpenSslVersion.ToString("x", CultureInfo.InvariantCulture) : "system";
}
