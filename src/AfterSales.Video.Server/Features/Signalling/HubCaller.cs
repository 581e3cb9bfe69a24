using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using Microsoft.AspNetCore.SignalR;

namespace AfterSales.Video.Server.Features.Signalling;

/// <summary>Who may call a hub method. Every method of every hub has one; a test reads them all.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AllowCallersAttribute(params string[] roles) : Attribute
{
    public const string Buyer = "buyer";

    /// <summary>"buyer" or staff roles.</summary>
    public IReadOnlyList<string> Roles { get; } = roles;
}

/// <summary>The place a CallHub connection holds; set by Connect.</summary>
internal sealed record HeldPlace(LiveCall Call, Place Place)
{
    private static readonly object Key = new();

    public static HeldPlace? Of(HubCallerContext context) =>
        context.Items.TryGetValue(Key, out var held) && held is HeldPlace { Place: var place } found && place.IsHeldBy(context.ConnectionId) ? found : null;

    /// <summary>The place this connection held last, even when another page took it over.</summary>
    public static HeldPlace? LastOf(HubCallerContext context) => context.Items.TryGetValue(Key, out var held) ? held as HeldPlace : null;

    public void BindTo(HubCallerContext context) => context.Items[Key] = this;
}

/// <summary>A refusal in the shape the method promises.</summary>
internal static class HubRefusal
{
    public static object Of(Type returnType, string code)
    {
        if (returnType == typeof(Task<ConnectResult>))
            return Connect(code);
        if (returnType == typeof(Task<IceServersResult>))
            return new IceServersResult(code, []);
        return returnType == typeof(Task<NegotiateResult>) ? Negotiate(code) : new CommandResult(code);
    }

    public static ConnectResult Connect(string code) => new("refused", code, null, null, null, []);

    public static NegotiateResult Negotiate(string code, string? detail = null) => new(null, code, detail, []);

    /// <summary>Staff roles as they count for the call hub: who works the desk.</summary>
    public static IReadOnlyList<string> DeskRoles => Staff.DeskRoles;
}
