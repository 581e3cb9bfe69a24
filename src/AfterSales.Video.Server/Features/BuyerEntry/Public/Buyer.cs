using System.Security.Claims;
using System.Text.Encodings.Web;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.BuyerEntry.Public;

/// <summary>Scheme, cookie and claims of a buyer's browser.</summary>
internal static class Buyer
{
    public const string Scheme = "buyer";
    public const string Policy = "buyer";
    public const string CookieName = "__Host-buyer";
    public const string CallClaim = "call";

    public static ClaimsIdentity? Identity(ClaimsPrincipal user) => user.Identities.FirstOrDefault(i => i.IsAuthenticated && i.HasClaim(c => c.Type == CallClaim));

    public static string CallId(ClaimsPrincipal user) => Identity(user)!.FindFirst(CallClaim)!.Value;

    /// <summary>A browser may be signed in as staff of another tenant as well: here the buyer's counts.</summary>
    public static ValueTask<object?> UseTenant(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var identity = Identity(context.HttpContext.User)!;
        context.HttpContext.RequestServices.GetRequiredService<TenantScope>().TenantId = identity.FindFirst(TenantScope.Claim)!.Value;
        return next(context);
    }

    public static CookieOptions Cookie(DateTimeOffset expires) => new()
    {
        HttpOnly = true,
        Secure = true,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        Expires = expires,
        IsEssential = true,
    };
}

/// <summary>Knows a buyer by the session cookie, looked up on every request: a session ends when its row does.</summary>
internal sealed class BuyerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, HubDbContext db, TenantScope tenant)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var secret = Request.Cookies[Buyer.CookieName];
        if (string.IsNullOrEmpty(secret) || secret.Length > 100)
            return AuthenticateResult.NoResult();
        var hash = Ids.Sha256(secret);
        var now = TimeProvider.GetUtcNow();
        var session = await db.Set<BuyerSessionRow>().IgnoreQueryFilters().AsNoTracking()
            .FirstOrDefaultAsync(s => s.SecretSha256 == hash && s.ExpiresAt > now, Context.RequestAborted);
        if (session is null)
            return AuthenticateResult.NoResult();
        // With a staff cookie beside it the endpoint decides whose request it is; buyer endpoints name this scheme alone.
        if (tenant.TenantId.Length == 0)
            tenant.TenantId = session.TenantId;
        var identity = new ClaimsIdentity([new(Buyer.CallClaim, session.CallId), new(TenantScope.Claim, session.TenantId)], Scheme.Name);
        var properties = new AuthenticationProperties { ExpiresUtc = session.ExpiresAt };
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), properties, Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Problem.WriteAsync(Context, ProblemCodes.LinkNotValid);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Problem.WriteAsync(Context, ProblemCodes.LinkNotValid);
}
