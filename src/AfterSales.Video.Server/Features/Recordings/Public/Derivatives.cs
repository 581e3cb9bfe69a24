using System.Security.Cryptography;
using System.Text;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>Files made after the manifest was signed: each has a signed document of its own that ties it to the manifest.</summary>
internal sealed class Derivatives(RecordingFiles files, IEvidenceSigner signer, TimeProvider time)
{
    /// <summary>Name of the document about a file.</summary>
    public static string DocumentOf(string fileName) => fileName + ".dsse.json";

    public async Task SignAsync(RecordingRow row, RecordingFileRow file, CancellationToken ct)
    {
        var manifest = await files.ReadAsync(row.TenantId, row.Id, row.ManifestName!, ct) ?? throw new InvalidOperationException("The manifest is not in the store.");
        var document = new DerivativeDocument(row.Id, Convert.ToHexStringLower(SHA256.HashData(manifest)), ManifestFactory.File(file), time.GetUtcNow());
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(SignedText.Of(SignedDocuments.Derivative.Sign(document, signer))));
        await files.ReplaceAsync(row, DocumentOf(file.Name), content, "application/json", "derivative", ct);
    }
}
