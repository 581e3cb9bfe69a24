using System.Collections.Concurrent;
using System.Security.Claims;
using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Agents.Public;

/// <summary>
/// What an account may do now, as opposed to when its cookie or token was made. Kept for a few seconds so that hub calls do
/// not each ask the database, and forgotten at once when this process changes the account.
/// </summary>
internal sealed class AgentDirectory(IServiceScopeFactory scopes, TimeProvider time)
{
    /// <summary>The longest a change made by another node can go unnoticed.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (string AgentId, Action Cut)> _connections = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (AgentStanding? Standing, DateTimeOffset ReadAt)> _known = new(StringComparer.Ordinal);

    /// <summary>Null when the identity is no longer good: disabled, removed, password or roles changed since.</summary>
    public async ValueTask<AgentStanding?> FindAsync(ClaimsIdentity identity, CancellationToken ct)
    {
        if (identity.FindFirst(Staff.StampClaim) is not { } stamp)
            return AgentStanding.FromToken(identity);
        var standing = await FindAsync(identity.FindFirst(Staff.IdClaim)!.Value, ct);
        return standing is { Disabled: false } && standing.Stamp == stamp.Value ? standing : null;
    }

    /// <summary>The account changed: asked anew at the next use, and its open desk connections are cut.</summary>
    public void Forget(string agentId)
    {
        _known.TryRemove(agentId, out _);
        foreach (var (connectionId, (owner, cut)) in _connections)
        {
            if (owner == agentId && _connections.TryRemove(connectionId, out _))
                cut();
        }
    }

    /// <summary>A connection on which things are pushed to the account without it asking.</summary>
    public void Register(string connectionId, string agentId, Action cut) => _connections[connectionId] = (agentId, cut);

    public void Unregister(string connectionId) => _connections.TryRemove(connectionId, out _);

    private async ValueTask<AgentStanding?> FindAsync(string agentId, CancellationToken ct)
    {
        if (_known.TryGetValue(agentId, out var known) && time.GetUtcNow() - known.ReadAt < Freshness)
            return known.Standing;
        await using var scope = scopes.CreateAsyncScope();
        var account = await scope.ServiceProvider.GetRequiredService<HubDbContext>().Set<AgentAccount>()
            .IgnoreQueryFilters().AsNoTracking().FirstOrDefaultAsync(a => a.Id == agentId, ct);
        var standing = account is null ? null : AgentStanding.Of(account);
        _known[agentId] = (standing, time.GetUtcNow());
        return standing;
    }
}

internal sealed record AgentStanding(string Stamp, IReadOnlyList<string> Roles, bool Disabled, bool MustChangePassword)
{
    public static AgentStanding Of(AgentAccount account) =>
        new(account.SecurityStamp ?? "", account.RoleList, account.Disabled, account.MustChangePassword);

    /// <summary>A token of the identity provider is good until it expires.</summary>
    public static AgentStanding FromToken(ClaimsIdentity identity) =>
        new("", identity.FindAll(Staff.RoleClaim).Select(c => c.Value).ToList(), false, false);
}
