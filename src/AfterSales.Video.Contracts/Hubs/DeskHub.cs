using System.Text.Json.Serialization;
using AfterSales.Video.Contracts.Http;

namespace AfterSales.Video.Contracts.Hubs;

/// <summary>/hubs/desk: live updates for signed-in staff. Unnumbered: a client that reconnects reads the list again.</summary>
public interface IDeskHub
{
    /// <summary>Follow one ticket's calls in detail; null follows only the list.</summary>
    Task<CommandResult> Follow(FollowRequest request);
}

public interface IDeskClient
{
    Task Receive(DeskMessage message);
}

public sealed record FollowRequest(string? TicketId);

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(TicketChanged), "ticket_changed")]
[JsonDerivedType(typeof(CallChanged), "call_changed")]
[JsonDerivedType(typeof(PhotoReceived), "photo_received")]
public abstract record DeskMessage;

public sealed record TicketChanged(TicketSummary Ticket) : DeskMessage;

/// <summary>State, buyer's step or recording of a call changed; to followers of its ticket.</summary>
public sealed record CallChanged(CallView Call) : DeskMessage;

public sealed record PhotoReceived(string TicketId, PhotoView Photo) : DeskMessage;
