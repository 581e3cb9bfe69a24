using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Signalling.Public;

namespace AfterSales.Video.Server.Features.Recordings;

/// <summary>Heads of journals become signed checkpoints: in the database first, then with the participants, so that an echo finds its row.</summary>
internal sealed partial class CheckpointKeeper(
    IEvidenceSigner signer, LiveCalls live, TimestampQueue timestamps, IServiceScopeFactory scopes, ILogger<CheckpointKeeper> logger)
{
    /// <summary>One commit for all of a tenant's; when that fails, one for each, so that what cannot be kept takes nothing with it. Never throws.</summary>
    /// <param name="heads">Of any recordings; those of one recording in their order.</param>
    public async Task KeepAsync(IEnumerable<(RunningRecording Recording, JournalHead Head)> heads)
    {
        foreach (var ofTenant in heads.GroupBy(h => h.Recording.TenantId, StringComparer.Ordinal))
        {
            var signed = new List<SignedHead>();
            foreach (var (recording, head) in ofTenant)
            {
                if (TrySign(recording, head, out var one))
                    signed.Add(one);
            }

            await KeepAsync(ofTenant.Key, signed);
        }
    }

    private async Task KeepAsync(string tenantId, IReadOnlyList<SignedHead> signed)
    {
        if (signed.Count == 0)
            return;
        try
        {
            await CommitAsync(tenantId, signed);
        }
        catch (Exception) when (signed.Count > 1)
        {
            foreach (var one in signed)
                await KeepAsync(tenantId, [one]);
            return;
        }
        catch (Exception fault)
        {
            Log.Failed(logger, fault, signed[0].Row.RecordingId);
            return;
        }

        foreach (var one in signed)
            Tell(one);
    }

    private bool TrySign(RunningRecording recording, JournalHead head, out SignedHead signed)
    {
        try
        {
            var at = DateTimeOffset.UnixEpoch.AddTicks(head.UtcNs / 100);
            var document = new Evidence.Manifests.Checkpoint(head.RecordingId, head.Part, head.Seq, head.HeadHex, at);
            var row = new CheckpointRow
            {
                RecordingId = head.RecordingId,
                Part = head.Part,
                BlockSeq = head.Seq,
                TenantId = recording.TenantId,
                HeadHex = head.HeadHex,
                At = at,
                Envelope = SignedText.Of(Evidence.Manifests.SignedDocuments.Checkpoint.Sign(document, signer)),
            };
            signed = new SignedHead(recording.CallId, row, timestamps.ForCheckpoint(row, head.IsEnd));
            return true;
        }
        catch (Exception fault)
        {
            Log.Failed(logger, fault, head.RecordingId);
            signed = null!;
            return false;
        }
    }

    private async Task CommitAsync(string tenantId, IReadOnlyList<SignedHead> signed)
    {
        await using var scope = scopes.CreateTenantScope(tenantId);
        var db = scope.ServiceProvider.GetRequiredService<HubDbContext>();
        foreach (var (_, row, timestamp) in signed)
        {
            db.Add(row);
            if (timestamp is not null)
                db.Add(timestamp);
        }

        await db.SaveChangesAsync();
    }

    private void Tell(SignedHead signed)
    {
        var row = signed.Row;
        try
        {
            live.Find(signed.CallId)?.Broadcast(new Contracts.Hubs.Checkpoint(row.RecordingId, row.Part, row.BlockSeq, row.HeadHex, row.At, row.Envelope));
        }
        catch (Exception fault)
        {
            Log.Failed(logger, fault, row.RecordingId);
        }
    }

    /// <param name="Timestamp">Wanted for it; null when none is.</param>
    private sealed record SignedHead(string CallId, CheckpointRow Row, TimestampRow? Timestamp);

    private static partial class Log
    {
        [LoggerMessage(1513, LogLevel.Error, "A checkpoint of recording {RecordingId} could not be kept; the next one covers what it covered")]
        public static partial void Failed(ILogger logger, Exception fault, string recordingId);
    }
}
