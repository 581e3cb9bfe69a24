using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Agents;

/// <summary>Section "Agents".</summary>
internal sealed class AgentOptions
{
    public const string Section = "Agents";

    /// <summary>Wrong passwords before the account locks.</summary>
    [System.ComponentModel.DataAnnotations.Range(3, 100)]
    public int LockoutAttempts { get; set; } = 5;

    /// <summary>Long enough to stop guessing, short enough not to need an administrator.</summary>
    public TimeSpan LockoutTime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>A shift, so that nobody is signed out in the middle of a call.</summary>
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Access tokens of programs.</summary>
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>NIST SP 800-63B: length counts, composition rules do not.</summary>
    [System.ComponentModel.DataAnnotations.Range(8, 64)]
    public int PasswordMinLength { get; set; } = 10;
}

internal static class AgentServices
{
    public static IServiceCollection AddAgents(this IServiceCollection services)
    {
        services.AddOptions<AgentOptions>().BindConfiguration(AgentOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<OidcOptions>().BindConfiguration(OidcOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<OidcOptions>, OidcOptionsValidator>();
        services.AddSingleton<IConfigureOptions<JwtBearerOptions>, ConfigureJwtStaff>();
        services.AddSingleton<AgentDirectory>();
        services.AddScoped<AgentAccounts>();
        AddIdentity(services);
        AddSchemes(services);
        // Policies name no scheme: the default one ran already, and its identity was held against the account as it is now.
        services.AddAuthorizationBuilder()
            .AddPolicy(Staff.AnyPolicy, policy => policy.RequireClaim(Staff.IdClaim))
            .AddPolicy(Staff.DeskPolicy, policy => policy.RequireClaim(Staff.RoleClaim, Staff.DeskRoles))
            .AddPolicy(Staff.ReviewPolicy, policy => policy.RequireClaim(Staff.RoleClaim, Staff.ReviewRoles))
            .AddPolicy(Staff.AdminPolicy, policy => policy.RequireClaim(Staff.RoleClaim, "admin"));
        return services;
    }

    private static void AddIdentity(IServiceCollection services)
    {
        services.AddIdentityCore<AgentAccount>().AddUserStore<AgentStore>();
        services.AddOptions<IdentityOptions>().Configure<IOptions<AgentOptions>>((identity, agents) =>
        {
            identity.Lockout.MaxFailedAccessAttempts = agents.Value.LockoutAttempts;
            identity.Lockout.DefaultLockoutTimeSpan = agents.Value.LockoutTime;
            identity.Password = new PasswordOptions
            {
                RequiredLength = agents.Value.PasswordMinLength,
                RequiredUniqueChars = 5,
                RequireDigit = false,
                RequireLowercase = false,
                RequireUppercase = false,
                RequireNonAlphanumeric = false,
            };
            identity.User.RequireUniqueEmail = true;
        });
    }

    private static void AddSchemes(IServiceCollection services)
    {
        services.AddAuthentication(Staff.Scheme)
            .AddPolicyScheme(Staff.Scheme, null, options => options.ForwardDefaultSelector = Choose)
            .AddCookie(Staff.CookieScheme, ConfigureCookie)
            .AddBearerToken(Staff.BearerScheme, options => options.Events.OnMessageReceived = context =>
            {
                context.Token ??= HubAccessToken.Read(context.Request);
                return Task.CompletedTask;
            })
            .AddJwtBearer(Staff.JwtScheme, _ => { });
        services.AddOptions<CookieAuthenticationOptions>(Staff.CookieScheme)
            .Configure<IOptions<AgentOptions>>((cookie, agents) => cookie.ExpireTimeSpan = agents.Value.SessionLifetime);
        services.AddOptions<BearerTokenOptions>(Staff.BearerScheme)
            .Configure<IOptions<AgentOptions>>((bearer, agents) => bearer.BearerTokenExpiration = agents.Value.AccessTokenLifetime);
    }

    private static void ConfigureCookie(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = Staff.CookieName;
        options.Cookie.Path = "/";
        options.Cookie.HttpOnly = true;
        options.Cookie.SecurePolicy = CookieSecurePolicy.Always;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.SlidingExpiration = true;
        options.Events.OnRedirectToLogin = context => Problem.WriteAsync(context.HttpContext, ProblemCodes.Unauthenticated);
        options.Events.OnRedirectToAccessDenied = context => Problem.WriteAsync(context.HttpContext, ProblemCodes.Forbidden);
    }

    // A JWT has three parts; our own tokens have none of its dots.
    private static string Choose(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        var token = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : HubAccessToken.Read(context.Request);
        if (token is null)
            return Staff.CookieScheme;
        var isJwt = token.Count(c => c == '.') == 2 && context.RequestServices.GetRequiredService<IOptions<OidcOptions>>().Value.Enabled;
        return isJwt ? Staff.JwtScheme : Staff.BearerScheme;
    }
}
