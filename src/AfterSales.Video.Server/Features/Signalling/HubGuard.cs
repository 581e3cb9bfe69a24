using System.Collections.Concurrent;
using System.Reflection;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.BuyerEntry.Public;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Signalling;

/// <summary>
/// SE-03 and SE-04: before every hub call, the connection's token bucket and then the caller's standing as it is now, not as
/// it was when the connection began.
/// </summary>
internal sealed class HubGuard(AgentDirectory directory, IOptions<SignallingOptions> options, TimeProvider time) : IHubFilter
{
    private static readonly ConcurrentDictionary<MethodInfo, AllowCallersAttribute?> Rules = new();

    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        var method = invocationContext.HubMethod;
        var verdict = CallBudget.Of(invocationContext.Context, options.Value, time).Take();
        if (verdict == BudgetVerdict.Flood)
            invocationContext.Context.Abort();
        if (verdict != BudgetVerdict.Fine)
            return HubRefusal.Of(method.ReturnType, ProblemCodes.TooManyRequests);
        var refusal = await RefusalOfAsync(invocationContext, method);
        return refusal is null ? await next(invocationContext) : HubRefusal.Of(method.ReturnType, refusal);
    }

    private async ValueTask<string?> RefusalOfAsync(HubInvocationContext invocation, MethodInfo method)
    {
        var rule = Rules.GetOrAdd(method, static m => m.GetCustomAttribute<AllowCallersAttribute>());
        if (rule is null)
            return ProblemCodes.Forbidden;
        var tenant = invocation.ServiceProvider.GetRequiredService<TenantScope>();
        return IsBuyersCall(invocation) ? AsBuyer(invocation.Context, rule, tenant) : await AsStaffAsync(invocation.Context, rule, tenant);
    }

    /// <summary>One browser may hold both cookies. Before Connect its request says who speaks, afterwards the place does.</summary>
    private static bool IsBuyersCall(HubInvocationContext invocation)
    {
        if (HeldPlace.LastOf(invocation.Context) is { } held)
            return !held.Place.IsStaff;
        if (invocation.HubMethodArguments is [ConnectRequest { CallId.Length: 0 }])
            return true;
        return Staff.Identity(invocation.Context.User!) is null;
    }

    private static string? AsBuyer(HubCallerContext context, AllowCallersAttribute rule, TenantScope tenant)
    {
        if (Buyer.Identity(context.User!) is not { } identity)
            return ProblemCodes.LinkNotValid;
        tenant.TenantId = identity.FindFirst(TenantScope.Claim)!.Value;
        return rule.Roles.Contains(AllowCallersAttribute.Buyer) ? null : ProblemCodes.Forbidden;
    }

    private async ValueTask<string?> AsStaffAsync(HubCallerContext context, AllowCallersAttribute rule, TenantScope tenant)
    {
        if (Staff.Identity(context.User!) is not { } identity || await directory.FindAsync(identity, context.ConnectionAborted) is not { } standing)
            return ProblemCodes.Unauthenticated;
        if (standing.MustChangePassword)
            return ProblemCodes.PasswordChangeRequired;
        tenant.TenantId = identity.FindFirst(TenantScope.Claim)!.Value;
        return standing.Roles.Any(rule.Roles.Contains) ? null : ProblemCodes.Forbidden;
    }
}
