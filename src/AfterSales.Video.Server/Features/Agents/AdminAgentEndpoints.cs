using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Hosting;

namespace AfterSales.Video.Server.Features.Agents;

/// <summary>Accounts of the tenant, for administrators.</summary>
internal static class AdminAgentEndpoints
{
    private static readonly EmailAddressAttribute EmailRule = new();

    public static void MapAdminAgents(this IEndpointRouteBuilder app)
    {
        var agents = app.MapGroup("/api/admin/agents").WithTags("Agents").RequireAuthorization(Staff.AdminPolicy);
        agents.MapGet("", List).Produces<IReadOnlyList<AgentView>>();
        agents.MapPost("", Create).Produces<AgentCreatedView>(StatusCodes.Status201Created);
        agents.MapPut("/{agentId}", Update).Produces<AgentView>();
        agents.MapPost("/{agentId}/one-time-password", Reset).Produces<AgentCreatedView>();
    }

    private static async Task<IResult> List(AgentAccounts accounts, CancellationToken ct) =>
        Results.Ok((await accounts.ListAsync(ct)).Select(AgentAccounts.View));

    private static async Task<IResult> Create(
        CreateAgentRequest request, HttpContext context, AgentAccounts accounts, CustodyLog custody, TenantScope tenant, CancellationToken ct)
    {
        if (request.Email.Length > 200 || !EmailRule.IsValid(request.Email) || !IsValid(request.DisplayName, request.Roles))
            return Problem.Of(ProblemCodes.RequestInvalid, "Give an e-mail address, a display name of 1 to 100 characters and at least one of the roles agent, reviewer, supervisor, admin.");
        var created = await accounts.CreateAsync(tenant.TenantId, request);
        if (created is not var (account, password))
            return Problem.Of(ProblemCodes.AgentExists);
        await custody.AppendAsync(tenant.TenantId, CustodyKind.RoleChanged, CustodyActor.Of(context.User), account.Id, Detail(account), ct);
        return Results.Created($"/api/admin/agents/{account.Id}", new AgentCreatedView(AgentAccounts.View(account), password));
    }

    private static async Task<IResult> Update(
        string agentId, UpdateAgentRequest request, HttpContext context, AgentAccounts accounts, CustodyLog custody, CancellationToken ct)
    {
        if (!IsValid(request.DisplayName, request.Roles))
            return Problem.Of(ProblemCodes.RequestInvalid, "Give a display name of 1 to 100 characters and at least one of the roles agent, reviewer, supervisor, admin.");
        var losesAdmin = request.Disabled || !request.Roles.Contains("admin");
        if (losesAdmin && !await accounts.HasOtherAdminAsync(agentId, ct))
            return Problem.Of(ProblemCodes.RequestInvalid, "This is the last administrator: make another one first.");
        var updated = await accounts.UpdateAsync(agentId, request, ct);
        if (updated is null)
            return Problem.Of(ProblemCodes.NotFound);
        await custody.AppendAsync(updated.TenantId, CustodyKind.RoleChanged, CustodyActor.Of(context.User), agentId, Detail(updated), ct);
        return Results.Ok(AgentAccounts.View(updated));
    }

    private static async Task<IResult> Reset(string agentId, AgentAccounts accounts, CancellationToken ct)
    {
        var reset = await accounts.ResetPasswordAsync(agentId, ct);
        return reset is not var (account, password)
            ? Problem.Of(ProblemCodes.NotFound)
            : Results.Ok(new AgentCreatedView(AgentAccounts.View(account), password));
    }

    private static JsonObject Detail(AgentAccount account) => new() { ["roles"] = account.Roles, ["disabled"] = account.Disabled };

    private static bool IsValid(string displayName, IReadOnlyList<string> roles) =>
        displayName.Trim().Length is >= 1 and <= 100 && AgentAccounts.AreRoles(roles);
}
