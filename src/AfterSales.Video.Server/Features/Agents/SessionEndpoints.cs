using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Agents;

/// <summary>Sign-in of staff: a cookie for pages, a bearer token for programs.</summary>
internal static partial class SessionEndpoints
{
    public static void MapSession(this IEndpointRouteBuilder app)
    {
        var session = app.MapGroup("/api/session").WithTags("Session");
        session.MapPost("", SignIn).RequireRateLimiting(RateLimits.SignIn).Produces<SessionView>();
        session.MapGet("", Show).RequireAuthorization(Staff.AnyPolicy).WithMetadata(new AllowsOneTimePassword()).Produces<SessionView>();
        session.MapDelete("", SignOut).WithMetadata(new AllowsOneTimePassword());
        session.MapPost("/password", ChangePassword).RequireAuthorization(Staff.AnyPolicy).WithMetadata(new AllowsOneTimePassword())
            .RequireRateLimiting(RateLimits.SignIn).Produces<SessionView>();
        app.MapPost("/api/tokens", IssueToken).WithTags("Session").RequireRateLimiting(RateLimits.SignIn).Produces<AccessTokenView>();
    }

    private static async Task<IResult> SignIn(SignInRequest request, HttpContext context, UserManager<AgentAccount> users, ILogger<AgentAccount> logger)
    {
        var (account, refusal) = await CheckAsync(request, users, logger);
        if (account is null)
            return Refuse(context, refusal!);
        await context.SignInAsync(Staff.CookieScheme, Staff.Principal(account), new AuthenticationProperties { IsPersistent = true });
        return Results.Ok(View(account));
    }

    private static async Task<IResult> IssueToken(
        SignInRequest request, HttpContext context, UserManager<AgentAccount> users, IOptionsMonitor<BearerTokenOptions> bearer,
        TimeProvider time, ILogger<AgentAccount> logger)
    {
        var (account, refusal) = await CheckAsync(request, users, logger);
        if (account is null)
            return Refuse(context, refusal!);
        var options = bearer.Get(Staff.BearerScheme);
        var properties = new AuthenticationProperties { ExpiresUtc = time.GetUtcNow() + options.BearerTokenExpiration };
        var ticket = new AuthenticationTicket(Staff.Principal(account), properties, Staff.BearerScheme + ":AccessToken");
        return Results.Ok(new AccessTokenView(options.BearerTokenProtector.Protect(ticket), "Bearer", (int)options.BearerTokenExpiration.TotalSeconds));
    }

    private static async Task<IResult> Show(HttpContext context, AgentDirectory directory, CancellationToken ct)
    {
        var identity = Staff.Identity(context.User)!;
        var standing = await directory.FindAsync(identity, ct);
        return Results.Ok(new SessionView(
            Staff.Id(context.User), identity.FindFirst(Staff.EmailClaim)?.Value ?? "", Staff.Name(context.User),
            standing?.Roles ?? [], standing?.MustChangePassword ?? false));
    }

    private static async Task<IResult> SignOut(HttpContext context, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        await context.SignOutAsync(Staff.CookieScheme);
        return Results.NoContent();
    }

    private static async Task<IResult> ChangePassword(
        ChangePasswordRequest request, HttpContext context, UserManager<AgentAccount> users, AgentDirectory directory, ILogger<AgentAccount> logger)
    {
        var account = await users.FindByIdAsync(Staff.Id(context.User));
        if (account is null)
            return Problem.Of(ProblemCodes.Forbidden, "This account's password is kept by its identity provider.");
        if (await users.IsLockedOutAsync(account))
            return Refuse(context, ProblemCodes.LockedOut);
        if (!await users.CheckPasswordAsync(account, request.CurrentPassword))
        {
            await users.AccessFailedAsync(account);
            return Problem.Of(ProblemCodes.SignInFailed);
        }

        if (request.NewPassword == request.CurrentPassword || request.NewPassword.Length > 200)
            return Problem.Of(ProblemCodes.PasswordTooWeak, "Choose a password that is new and at most 200 characters long.");
        account.MustChangePassword = false;
        var changed = await users.ChangePasswordAsync(account, request.CurrentPassword, request.NewPassword);
        if (!changed.Succeeded)
            return Problem.Of(ProblemCodes.PasswordTooWeak, string.Join(' ', changed.Errors.Select(e => e.Description)));
        directory.Forget(account.Id);
        Log.PasswordChanged(logger, account.Id);
        if ((await context.AuthenticateAsync(Staff.CookieScheme)).Succeeded)
            await context.SignInAsync(Staff.CookieScheme, Staff.Principal(account), new AuthenticationProperties { IsPersistent = true });
        return Results.Ok(View(account));
    }

    private static async Task<(AgentAccount? Account, string? Refusal)> CheckAsync(SignInRequest request, UserManager<AgentAccount> users, ILogger logger)
    {
        var account = request.Email.Length <= 200 && request.Password.Length <= 200 ? await users.FindByEmailAsync(request.Email) : null;
        if (account is null)
        {
            // The same work as for a real account, so that the time of the answer tells nothing about it.
            users.PasswordHasher.VerifyHashedPassword(Nobody, NobodysHash(users), "wrong");
            return (null, ProblemCodes.SignInFailed);
        }

        if (await users.IsLockedOutAsync(account))
            return (null, ProblemCodes.LockedOut);
        if (account.Disabled || !await users.CheckPasswordAsync(account, request.Password))
        {
            await users.AccessFailedAsync(account);
            Log.SignInFailed(logger, account.Id);
            return (null, await users.IsLockedOutAsync(account) ? ProblemCodes.LockedOut : ProblemCodes.SignInFailed);
        }

        await users.ResetAccessFailedCountAsync(account);
        Log.SignedIn(logger, account.Id);
        return (account, null);
    }

    private static readonly AgentAccount Nobody = new() { TenantId = "", DisplayName = "", Roles = "" };
    private static string? _nobodysHash;

    private static string NobodysHash(UserManager<AgentAccount> users) => _nobodysHash ??= users.PasswordHasher.HashPassword(Nobody, "no account has it");

    private static IResult Refuse(HttpContext context, string code)
    {
        if (code != ProblemCodes.LockedOut)
            return Problem.Of(code);
        var wait = context.RequestServices.GetRequiredService<IOptions<AgentOptions>>().Value.LockoutTime;
        return Problem.Later(context, code, wait);
    }

    private static SessionView View(AgentAccount account) =>
        new(account.Id, account.Email ?? "", account.DisplayName, account.RoleList, account.MustChangePassword);

    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Information, "Agent {AgentId} signed in")]
        public static partial void SignedIn(ILogger logger, string agentId);

        [LoggerMessage(1102, LogLevel.Warning, "Wrong password for agent {AgentId}")]
        public static partial void SignInFailed(ILogger logger, string agentId);

        [LoggerMessage(1103, LogLevel.Information, "Agent {AgentId} changed the password")]
        public static partial void PasswordChanged(ILogger logger, string agentId);
    }
}
