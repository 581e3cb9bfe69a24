using System.Text;
using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Keys;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Verification;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Receipts.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Review;

/// <summary>
/// One recording as a ZIP that can be verified without this server: `AfterSales.Video.Verify file.zip`, or by hand as README.txt says. Written while it
/// is sent: nothing of it is held in memory or on the disk.
/// </summary>
internal sealed class ExportWriter(
    IEvidenceStore store, KeyRing ring, IRecordingKeys keys, RecordingFiles files, RecordingSegments segments, CheckpointLog checkpoints, ReceiptBook receipts,
    TimestampBook timestamps, CustodyExport custody, IOptions<EvidenceOptions> options, TimeProvider time)
{
    /// <param name="keysAddress">Where whoever gets the export finds the public keys.</param>
    public async Task WriteAsync(RecordingRow row, string actorRole, Uri keysAddress, Stream output, CancellationToken ct)
    {
        await using var zip = await ExportZip.CreateAsync(output, time, ct);
        var manifest = await files.ReadAsync(row.TenantId, row.Id, row.ManifestName!, ct) ?? throw Missing(row.ManifestName!);
        await zip.AddAsync(ExportNames.Readme, Encoding.UTF8.GetBytes(ExportReadme.Text(row.Id, keysAddress)), ct);
        await zip.AddAsync(ExportNames.Manifest, manifest, ct);
        await zip.AddAsync(ExportNames.Checkpoints, SignedText.Array(await checkpoints.SealedAsync(row.Id, manifest, ct)), ct);
        if (await receipts.OfRecordingAsync(row.Id, ct) is { } receipt)
            await zip.AddAsync(ExportNames.Receipt, Encoding.UTF8.GetBytes(receipt.Envelope), ct);
        await zip.AddAsync(ExportNames.Keys, ring.PublicKeys.ToJson(), ct);
        var key = keys.Find(row.TenantId, row.Id) ?? throw Missing("data key");
        await zip.AddAsync(ExportNames.DataKey, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key.Span) + "\n"), ct);
        foreach (var segment in await segments.ListAsync(row.TenantId, row.Id, ct))
            await CopyAsync(zip, row, segment.Name, ExportNames.Segments + segment.Name, ct);
        await AddFilesAsync(zip, row, ct);
        var (extract, roots, stamped) = await custody.MakeAsync(row, ct);
        await AddTimestampsAsync(zip, [row.Id, .. stamped], ct);
        await zip.AddAsync(ExportNames.Custody, extract, ct);
        await zip.AddAsync(ExportNames.CustodyRoots, roots, ct);
        var list = SignedDocuments.Export.Sign(new ExportList(row.Id, time.GetUtcNow(), actorRole, [.. zip.Written]), ring);
        await zip.AddAsync(ExportNames.List, list.ToJson(), ct);
    }

    private async Task AddFilesAsync(ExportZip zip, RecordingRow row, CancellationToken ct)
    {
        var derivatives = new List<string>();
        foreach (var file in await files.OfAsync(row.Id, ct))
        {
            await CopyAsync(zip, row, file.Name, ExportNames.Files + file.Name, ct);
            if (file.Purpose == "court-copy" && await files.ReadAsync(row.TenantId, row.Id, Derivatives.DocumentOf(file.Name), ct) is { } document)
                derivatives.Add(Encoding.UTF8.GetString(document));
        }

        if (derivatives.Count > 0)
            await zip.AddAsync(ExportNames.Derivatives, SignedText.Array(derivatives), ct);
    }

    private async Task AddTimestampsAsync(ExportZip zip, IReadOnlyList<string> subjects, CancellationToken ct)
    {
        foreach (var subject in subjects)
        {
            foreach (var timestamp in (await timestamps.OfAsync(subject, ct)).Where(t => t.ReplyBase64.Length > 0))
                await zip.AddAsync(ExportNames.Timestamps + timestamp.Name, Convert.FromBase64String(timestamp.ReplyBase64), ct);
        }

        if (options.Value.TimestampRoots.Length > 0 && File.Exists(options.Value.TimestampRoots))
            await zip.AddAsync(ExportNames.TsaRoots, await File.ReadAllBytesAsync(options.Value.TimestampRoots, ct), ct);
    }

    private async Task CopyAsync(ExportZip zip, RecordingRow row, string name, string entryName, CancellationToken ct)
    {
        await using var content = await store.OpenReadAsync(EvidenceKey.Create(row.TenantId, row.Id, name), ct) ?? throw Missing(name);
        await zip.AddAsync(entryName, content, ct);
    }

    // The answer has begun: what breaks off here is no whole ZIP, and nobody can take it for one.
    private static InvalidDataException Missing(string name) => new($"{name} is missing in the store.");
}
