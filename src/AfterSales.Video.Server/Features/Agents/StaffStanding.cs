using System.Security.Claims;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Hosting;

namespace AfterSales.Video.Server.Features.Agents;

/// <summary>
/// After authentication: an identity whose account changed since counts as signed out, one with a one-time password may only
/// change it, and the scope gets its tenant.
/// </summary>
internal static class StaffStanding
{
    public static IApplicationBuilder UseStaffStanding(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (Staff.Identity(context.User) is { } identity)
        {
            var standing = await context.RequestServices.GetRequiredService<AgentDirectory>().FindAsync(identity, context.RequestAborted);
            if (standing is null)
                context.User = new ClaimsPrincipal(new ClaimsIdentity());
            else
                context.RequestServices.GetRequiredService<TenantScope>().TenantId = identity.FindFirst(TenantScope.Claim)!.Value;
            if (standing is { MustChangePassword: true } && NeedsOwnPassword(context))
            {
                await Problem.WriteAsync(context, ProblemCodes.PasswordChangeRequired);
                return;
            }
        }

        await next(context);
    });

    private static bool NeedsOwnPassword(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<AllowsOneTimePassword>() is null
        && context.GetEndpoint()?.Metadata.GetMetadata<Microsoft.AspNetCore.Authorization.IAuthorizeData>() is not null;
}

/// <summary>Marks the endpoints open to an account that has yet to choose its own password.</summary>
internal sealed class AllowsOneTimePassword;
