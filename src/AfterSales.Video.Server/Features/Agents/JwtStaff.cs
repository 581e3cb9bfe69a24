using System.Security.Claims;
using AfterSales.Video.Domain.Tickets;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace AfterSales.Video.Server.Features.Agents;

/// <summary>SE-02: what is accepted of a JWT is pinned by configuration, nothing by the token itself.</summary>
internal sealed class ConfigureJwtStaff(IOptions<OidcOptions> oidc) : IConfigureNamedOptions<JwtBearerOptions>
{
    public void Configure(JwtBearerOptions options) => Configure(Staff.JwtScheme, options);

    public void Configure(string? name, JwtBearerOptions options)
    {
        var settings = oidc.Value;
        if (name != Staff.JwtScheme || !settings.Enabled)
            return;
        options.MapInboundClaims = false;
        options.Authority = settings.Authority.Length > 0 ? settings.Authority : null;
        options.TokenValidationParameters = Validation(settings);
        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = TakeFromQuery,
            OnTokenValidated = context => Translate(context, settings),
        };
    }

    private static TokenValidationParameters Validation(OidcOptions settings) => new()
    {
        ValidIssuer = settings.Issuer,
        ValidateIssuer = true,
        ValidAudience = settings.Audience,
        ValidateAudience = true,
        ValidAlgorithms = settings.Algorithms,
        ValidTypes = [settings.TokenType],
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        ValidateLifetime = true,
        ValidateIssuerSigningKey = true,
        TryAllIssuerSigningKeys = false,
        ClockSkew = TimeSpan.FromSeconds(30),
        IssuerSigningKeys = settings.SigningKeysFile.Length > 0 ? new JsonWebKeySet(File.ReadAllText(settings.SigningKeysFile)).GetSigningKeys() : null,
    };

    private static Task TakeFromQuery(MessageReceivedContext context)
    {
        context.Token ??= HubAccessToken.Read(context.Request);
        return Task.CompletedTask;
    }

    private static Task Translate(TokenValidatedContext context, OidcOptions settings)
    {
        var token = context.Principal!;
        var subject = token.FindFirst("sub")?.Value;
        var roles = token.FindAll(settings.RoleClaim).Select(c => c.Value).Where(TicketRules.Roles.Contains).ToList();
        if (string.IsNullOrEmpty(subject) || roles.Count == 0)
        {
            context.Fail("The token names no subject or no role of this hub.");
            return Task.CompletedTask;
        }

        var claims = new List<Claim>
        {
            new(Staff.IdClaim, "oidc-" + Ids.Sha256(settings.Issuer + "\n" + subject)[..32]),
            new(Staff.NameClaim, token.FindFirst("name")?.Value ?? token.FindFirst("preferred_username")?.Value ?? "Agent"),
            new(Staff.EmailClaim, token.FindFirst("email")?.Value ?? ""),
            new(TenantScope.Claim, settings.TenantId),
        };
        claims.AddRange(roles.Select(role => new Claim(Staff.RoleClaim, role)));
        context.Principal = new ClaimsPrincipal(new ClaimsIdentity(claims, Staff.JwtScheme, Staff.NameClaim, Staff.RoleClaim));
        return Task.CompletedTask;
    }
}

/// <summary>A browser cannot put a header on a WebSocket: SignalR clients with a token send it in the query, for hubs only.</summary>
internal static class HubAccessToken
{
    public static string? Read(HttpRequest request) =>
        request.Path.StartsWithSegments("/hubs") && request.Query["access_token"].ToString() is { Length: > 0 } token ? token : null;
}
