namespace AfterSales.Video.Contracts.Http;

/// <summary>GET /api/tickets?status=open|closed|all&amp;query=…&amp;cursor=…&amp;limit=…</summary>
/// <param name="NextCursor">Null at the end.</param>
public sealed record TicketPage(IReadOnlyList<TicketSummary> Items, string? NextCursor, int OpenCount);

/// <param name="Number">"T-1042", unique in the tenant.</param>
/// <param name="Status">"open" or "closed".</param>
/// <param name="BuyerName">Masked: "王**".</param>
/// <param name="ProblemType">"product", "logistics", "policy", "promise", "setup", "other".</param>
/// <param name="Platform">"douyin", "taobao", "jd", "pinduoduo", "kuaishou", "shopify", "amazon", "tiktok", "other".</param>
/// <param name="ActiveCallId">Null when nobody is calling.</param>
/// <param name="RecordingCount">Recordings that hold media.</param>
public sealed record TicketSummary(
    string TicketId, string Number, string Status, string Subject, string BuyerName, string ProblemType, string Platform,
    DateTimeOffset OpenedAt, DateTimeOffset UpdatedAt, string? ActiveCallId, int RecordingCount);

/// <summary>GET /api/tickets/{ticketId}</summary>
/// <param name="BuyerPhone">Masked: "138****4821".</param>
/// <param name="NotesVersion">For optimistic concurrency of the notes.</param>
public sealed record TicketView(
    string TicketId, string Number, string Status, string Subject, string BuyerName, string BuyerPhone, string ProblemType,
    string Platform, string PlatformOrderId, IReadOnlyList<OrderLine> OrderLines, string Notes, int NotesVersion,
    DateTimeOffset OpenedAt, DateTimeOffset UpdatedAt, DateTimeOffset? ClosedAt, string? ClosingReason,
    IReadOnlyList<CallView> Calls, IReadOnlyList<PhotoView> Photos);

/// <param name="UnitPrice">In the currency's unit, for example 299.00.</param>
/// <param name="Currency">ISO 4217.</param>
public sealed record OrderLine(string Sku, string Title, int Quantity, decimal UnitPrice, string Currency);

/// <summary>POST /api/tickets</summary>
public sealed record OpenTicketRequest(
    string Subject, string BuyerName, string BuyerPhone, string ProblemType, string Platform, string PlatformOrderId,
    IReadOnlyList<OrderLine> OrderLines);

/// <summary>POST /api/tickets/{ticketId}/close; the same path /reopen takes no body.</summary>
/// <param name="Reason">"resolved", "duplicate", "no_response", "other".</param>
public sealed record CloseTicketRequest(string Reason);

/// <summary>PUT /api/tickets/{ticketId}/notes; 409 "ticket.notes_conflict" when the version is stale.</summary>
public sealed record SaveNotesRequest(string Notes, int NotesVersion);

public sealed record NotesView(string Notes, int NotesVersion);

/// <summary>Photos sent by the buyer who chose the unrecorded way. GET /api/photos/{photoId} returns the bytes.</summary>
public sealed record PhotoView(string PhotoId, string ContentType, long Length, string Sha256, DateTimeOffset ReceivedAt, string Note);
