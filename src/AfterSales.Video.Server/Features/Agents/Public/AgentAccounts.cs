using System.Security.Cryptography;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Domain.Tickets;
using AfterSales.Video.Server.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Agents.Public;

/// <summary>Creates and changes accounts of the scope's tenant.</summary>
internal sealed class AgentAccounts(UserManager<AgentAccount> users, HubDbContext db, AgentDirectory directory, TimeProvider time)
{
    /// <summary>Without 0/O and 1/l/I: it is read out and typed in.</summary>
    private const string PasswordAlphabet = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    private const int OneTimePasswordLength = 16;

    public Task<List<AgentAccount>> ListAsync(CancellationToken ct) =>
        db.Set<AgentAccount>().AsNoTracking().OrderBy(a => a.Id).ToListAsync(ct);

    /// <summary>Null when the e-mail is taken.</summary>
    public async Task<(AgentAccount Account, string OneTimePassword)?> CreateAsync(string tenantId, CreateAgentRequest request, bool mustChange = true)
    {
        if (await users.FindByEmailAsync(request.Email) is not null)
            return null;
        var account = new AgentAccount
        {
            Id = Ids.New(time),
            TenantId = tenantId,
            UserName = request.Email,
            Email = request.Email,
            EmailConfirmed = true,
            LockoutEnabled = true,
            DisplayName = request.DisplayName.Trim(),
            Roles = JoinRoles(request.Roles),
            MustChangePassword = mustChange,
            CreatedAt = time.GetUtcNow(),
        };
        var password = RandomNumberGenerator.GetString(PasswordAlphabet, OneTimePasswordLength);
        var created = await users.CreateAsync(account, password);
        return created.Succeeded ? (account, password) : throw new InvalidOperationException(Describe(created));
    }

    /// <summary>Null when there is no such account in the tenant. Running sessions of the account end with their next request.</summary>
    public async Task<AgentAccount?> UpdateAsync(string agentId, UpdateAgentRequest request, CancellationToken ct)
    {
        var account = await FindAsync(agentId, ct);
        if (account is null)
            return null;
        var rightsChanged = account.Disabled != request.Disabled || account.Roles != JoinRoles(request.Roles);
        account.DisplayName = request.DisplayName.Trim();
        account.Roles = JoinRoles(request.Roles);
        account.Disabled = request.Disabled;
        Check(rightsChanged ? await users.UpdateSecurityStampAsync(account) : await users.UpdateAsync(account));
        directory.Forget(agentId);
        return account;
    }

    /// <summary>A new one-time password for someone who forgot theirs; null when there is no such account.</summary>
    public async Task<(AgentAccount Account, string OneTimePassword)?> ResetPasswordAsync(string agentId, CancellationToken ct)
    {
        var account = await FindAsync(agentId, ct);
        if (account is null)
            return null;
        var password = RandomNumberGenerator.GetString(PasswordAlphabet, OneTimePasswordLength);
        account.MustChangePassword = true;
        account.LockoutEnd = null;
        account.AccessFailedCount = 0;
        account.PasswordHash = users.PasswordHasher.HashPassword(account, password);
        Check(await users.UpdateSecurityStampAsync(account));
        directory.Forget(agentId);
        return (account, password);
    }

    /// <summary>True while another enabled administrator remains: the last one cannot lock everybody out.</summary>
    public async Task<bool> HasOtherAdminAsync(string agentId, CancellationToken ct)
    {
        var others = await db.Set<AgentAccount>().AsNoTracking().Where(a => a.Id != agentId && !a.Disabled).ToListAsync(ct);
        return others.Any(a => a.RoleList.Contains("admin"));
    }

    public static AgentView View(AgentAccount account) =>
        new(account.Id, account.Email ?? "", account.DisplayName, account.RoleList, account.Disabled, account.CreatedAt);

    public static bool AreRoles(IReadOnlyList<string> roles) => roles.Count > 0 && roles.All(TicketRules.Roles.Contains);

    private static string JoinRoles(IEnumerable<string> roles) => string.Join(',', roles.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    private Task<AgentAccount?> FindAsync(string agentId, CancellationToken ct) =>
        db.Set<AgentAccount>().FirstOrDefaultAsync(a => a.Id == agentId, ct);

    private static void Check(IdentityResult result)
    {
        if (!result.Succeeded)
            throw new InvalidOperationException(Describe(result));
    }

    private static string Describe(IdentityResult result) => string.Join(' ', result.Errors.Select(e => e.Code));
}
