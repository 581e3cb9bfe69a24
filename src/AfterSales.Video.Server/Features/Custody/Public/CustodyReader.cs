using System.Text.Json.Nodes;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence.Custody;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Custody.Public;

/// <summary>Reads the log of the scope's tenant and checks it as a whole: every hash, every link, every signed root.</summary>
internal sealed class CustodyReader(HubDbContext db, CustodyRoots roots, AgentAccounts accounts)
{
    /// <summary>Oldest first.</summary>
    public Task<List<CustodyRow>> AllAsync(CancellationToken ct) =>
        db.Set<CustodyRow>().AsNoTracking().OrderBy(c => c.EntryIndex).ToListAsync(ct);

    /// <summary>True when this person opened the recording under this id, and not longer ago than that.</summary>
    public async Task<bool> IsViewingAsync(string recordingId, string actorId, string viewId, DateTimeOffset since, CancellationToken ct)
    {
        var detail = CustodyRow.Text(new JsonObject { ["viewId"] = viewId });
        return await db.Set<CustodyRow>().AnyAsync(
            c => c.Subject == recordingId && c.Kind == CustodyKind.Opened && c.ActorId == actorId && c.Detail == detail && c.At >= since, ct);
    }

    /// <summary>Entries about any of the subjects; the chain is checked over all.</summary>
    public async Task<CustodyView> ViewAsync(IReadOnlyList<string> subjects, CancellationToken ct)
    {
        var all = await AllAsync(ct);
        var problem = await ProblemOfAsync(all, ct);
        var names = (await accounts.ListAsync(ct)).ToDictionary(a => a.Id, a => a.DisplayName, StringComparer.Ordinal);
        var entries = all.Where(c => subjects.Contains(c.Subject)).Select(c => new CustodyEntryView(
            c.EntryIndex, c.At, c.Kind, c.ActorRole, names.GetValueOrDefault(c.ActorId, ""), c.Detail, c.Hash)).ToList();
        return new CustodyView(entries, problem.Length == 0, problem);
    }

    /// <summary>Empty when the log is whole.</summary>
    public async Task<string> ProblemOfAsync(IReadOnlyList<CustodyRow> all, CancellationToken ct)
    {
        var (signed, problem) = await roots.ReadAsync(ct);
        if (problem.Length > 0)
            return problem;
        var check = CustodyChain.Check(all.Select(row => (row.ToEntry(), row.Hash)), signed);
        return check.IsGood ? "" : check.Index < 0 ? check.Problem : $"entry {check.Index}: {check.Problem}";
    }
}
