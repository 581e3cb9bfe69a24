using AfterSales.Video.Evidence.Custody;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Recordings.Public;

namespace AfterSales.Video.Server.Features.Custody.Public;

/// <summary>The log in an export: the entries about the recording and its call, with proofs that they stand in the signed tree.</summary>
internal sealed class CustodyExport(CustodyReader reader, CustodyRoots roots)
{
    /// <returns>custody.json, custody-roots.json and what the timestamps of its roots are about. The last root covers the log as it is now.</returns>
    public async Task<(byte[] Extract, byte[] Roots, IReadOnlyList<string> Stamped)> MakeAsync(RecordingRow recording, CancellationToken ct)
    {
        var log = (await reader.AllAsync(ct)).ConvertAll(row => row.ToEntry());
        var extract = CustodyExtract.Of(recording.TenantId, [recording.Id, recording.CallId], log);
        var kept = await roots.AllAsync(ct);
        var signed = kept.Select(r => SignedText.Parse(r.Envelope)).Append(roots.SignNow(log));
        return (extract.ToJson(), DsseEnvelope.ToJsonArray(signed), kept.ConvertAll(r => CustodyRoots.SubjectOf(r.Day)));
    }
}
