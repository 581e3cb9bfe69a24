using System.Security.Claims;
using AfterSales.Video.Server.Data;

namespace AfterSales.Video.Server.Features.Agents.Public;

/// <summary>Scheme, claim and policy names of staff sign-in.</summary>
internal static class Staff
{
    /// <summary>Chooses among the three below by what the request carries.</summary>
    public const string Scheme = "staff";
    public const string CookieScheme = "staff-cookie";
    public const string BearerScheme = "staff-bearer";
    public const string JwtScheme = "staff-jwt";

    public const string CookieName = "__Host-staff";

    public const string IdClaim = "sub";
    public const string NameClaim = "name";
    public const string EmailClaim = "email";
    public const string RoleClaim = "role";
    public const string StampClaim = "stamp";

    /// <summary>Any signed-in member of staff.</summary>
    public const string AnyPolicy = "staff-any";

    /// <summary>Those who work tickets and hold calls.</summary>
    public const string DeskPolicy = "staff-desk";
    public const string AdminPolicy = "staff-admin";

    /// <summary>Those who judge recordings.</summary>
    public const string ReviewPolicy = "staff-review";

    public static IReadOnlyList<string> DeskRoles { get; } = ["agent", "supervisor", "admin"];

    public static IReadOnlyList<string> ReviewRoles { get; } = ["reviewer", "supervisor", "admin"];

    public static ClaimsPrincipal Principal(AgentAccount account)
    {
        var claims = new List<Claim>
        {
            new(IdClaim, account.Id),
            new(NameClaim, account.DisplayName),
            new(EmailClaim, account.Email ?? ""),
            new(StampClaim, account.SecurityStamp ?? ""),
            new(TenantScope.Claim, account.TenantId),
        };
        claims.AddRange(account.RoleList.Select(role => new Claim(RoleClaim, role)));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, Scheme, NameClaim, RoleClaim));
    }

    /// <summary>The staff identity among those of the request; null for buyers and strangers.</summary>
    public static ClaimsIdentity? Identity(ClaimsPrincipal user) => user.Identities.FirstOrDefault(i => i.IsAuthenticated && i.HasClaim(c => c.Type == IdClaim));

    public static string Id(ClaimsPrincipal user) => Identity(user)!.FindFirst(IdClaim)!.Value;

    public static string Name(ClaimsPrincipal user) => Identity(user)!.FindFirst(NameClaim)?.Value ?? "";

    public static bool HasRole(ClaimsPrincipal user, IEnumerable<string> roles) =>
        Identity(user) is { } identity && roles.Any(role => identity.HasClaim(RoleClaim, role));
}
