using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Agents;

/// <summary>On an empty database somebody must be able to sign in.</summary>
internal static class FirstAdmin
{
    public const string Email = "admin@localhost";

    /// <summary>The one-time password of the account just made; null when accounts exist.</summary>
    public static async Task<string?> EnsureAsync(IServiceProvider services, CancellationToken ct)
    {
        await using var scope = services.GetRequiredService<IServiceScopeFactory>().CreateTenantScope(TenantScope.Default);
        if (await scope.ServiceProvider.GetRequiredService<HubDbContext>().Set<AgentAccount>().IgnoreQueryFilters().AnyAsync(ct))
            return null;
        var created = await scope.ServiceProvider.GetRequiredService<AgentAccounts>()
            .CreateAsync(TenantScope.Default, new CreateAgentRequest(Email, "Administrator", ["admin", "agent"]));
        return created!.Value.OneTimePassword;
    }
}
