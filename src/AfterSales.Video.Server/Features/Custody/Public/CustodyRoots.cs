using System.Globalization;
using System.Text;
using AfterSales.Video.Evidence.Custody;
using AfterSales.Video.Evidence.Keys;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Custody.Public;

/// <summary>
/// Signed Merkle roots of a tenant's log, one a day. The chain alone could be computed anew by whoever owns the database; a root that was signed,
/// timestamped and exported earlier cannot.
/// </summary>
internal sealed class CustodyRoots(HubDbContext db, KeyRing ring, TimestampQueue timestamps, TenantScope tenant, TimeProvider time)
{
    public Task<List<CustodyRootRow>> AllAsync(CancellationToken ct) =>
        db.Set<CustodyRootRow>().AsNoTracking().OrderBy(r => r.Day).ToListAsync(ct);

    /// <summary>Signs the days that are over and have entries but no root. How many.</summary>
    public async Task<int> SignAsync(CancellationToken ct)
    {
        var today = Day(time.GetUtcNow());
        var log = await db.Set<CustodyRow>().AsNoTracking().OrderBy(c => c.EntryIndex).ToListAsync(ct);
        var signed = (await AllAsync(ct)).Select(r => r.Day).ToHashSet(StringComparer.Ordinal);
        // A clock that was put back does not make a day end twice.
        var ends = log.GroupBy(c => Day(c.At), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Max(c => c.EntryIndex), StringComparer.Ordinal);
        var due = ends.Where(e => string.CompareOrdinal(e.Key, today) < 0 && !signed.Contains(e.Key)).OrderBy(e => e.Key, StringComparer.Ordinal).ToList();
        foreach (var (day, last) in due)
            Add(day, log.Take((int)last + 1).ToList());
        await db.SaveChangesAsync(ct);
        return due.Count;
    }

    /// <summary>A root over the log as it is now, for an export; not kept.</summary>
    public DsseEnvelope SignNow(IReadOnlyList<CustodyEntry> log) => CustodyChain.SignRoot(tenant.TenantId, Day(time.GetUtcNow()), log, time.GetUtcNow(), ring);

    /// <summary>The roots that were signed, or why one of them cannot be trusted.</summary>
    public async Task<(IReadOnlyList<CustodyRoot> Roots, string Problem)> ReadAsync(CancellationToken ct)
    {
        var roots = new List<CustodyRoot>();
        foreach (var row in await AllAsync(ct))
        {
            if (!DsseEnvelope.TryParse(Encoding.UTF8.GetBytes(row.Envelope), out var envelope, out _)
                || !ring.PublicKeys.Check(envelope, PayloadTypes.CustodyRoot).IsValid
                || !SignedDocuments.CustodyRoot.TryRead(envelope, out var root, out _))
                return ([], $"the root of {row.Day} is not one this hub signed");
            roots.Add(root);
        }

        return (roots, "");
    }

    private void Add(string day, List<CustodyRow> log)
    {
        var now = time.GetUtcNow();
        var envelope = CustodyChain.SignRoot(tenant.TenantId, day, log.ConvertAll(r => r.ToEntry()), now, ring);
        SignedDocuments.CustodyRoot.TryRead(envelope, out var root, out _);
        var text = SignedText.Of(envelope);
        db.Add(new CustodyRootRow { TenantId = tenant.TenantId, Day = day, TreeSize = root.TreeSize, RootHex = root.RootHash, Envelope = text, SignedAt = now });
        timestamps.Add(db, tenant.TenantId, SubjectOf(day), $"custody-root-{day}.tsr", "custody_root", text);
    }

    /// <summary>Under which its timestamp is kept.</summary>
    public static string SubjectOf(string day) => "custody-" + day;

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
