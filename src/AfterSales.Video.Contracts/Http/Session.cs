namespace AfterSales.Video.Contracts.Http;

/// <summary>POST /api/session</summary>
public sealed record SignInRequest(string Email, string Password);

/// <summary>GET /api/session; 401 when signed out.</summary>
/// <param name="Roles">"agent", "reviewer", "supervisor", "admin".</param>
/// <param name="MustChangePassword">True after the first sign-in with a one-time password: everything else answers 403 "session.password_change_required".</param>
public sealed record SessionView(string UserId, string Email, string DisplayName, IReadOnlyList<string> Roles, bool MustChangePassword);

/// <summary>POST /api/session/password</summary>
public sealed record ChangePasswordRequest(string CurrentPassword, string NewPassword);

/// <summary>POST /api/tokens with a SignInRequest: a bearer token for programs.</summary>
public sealed record AccessTokenView(string AccessToken, string TokenType, int ExpiresInSeconds);

/// <summary>GET and POST /api/admin/agents</summary>
public sealed record AgentView(string UserId, string Email, string DisplayName, IReadOnlyList<string> Roles, bool Disabled, DateTimeOffset CreatedAt);

public sealed record CreateAgentRequest(string Email, string DisplayName, IReadOnlyList<string> Roles);

/// <param name="OneTimePassword">Shown once, to be handed over in person.</param>
public sealed record AgentCreatedView(AgentView Agent, string OneTimePassword);

public sealed record UpdateAgentRequest(string DisplayName, IReadOnlyList<string> Roles, bool Disabled);
