namespace AfterSales.Video.Contracts.Http;

/// <summary>
/// POST /api/buyer/redeem: exchanges the link's secret for the HttpOnly session cookie. The first redeem wins; expired,
/// foreign, used and unknown links answer the same 404 "link.not_valid". A redeem that carries the cookie of the same call succeeds again.
/// </summary>
public sealed record RedeemRequest(string Token);

/// <summary>GET /api/buyer/call (by cookie; 404 "link.not_valid" without one).</summary>
/// <param name="ShopName">Who calls.</param>
/// <param name="OrderTail">Last 4 characters of the order number.</param>
/// <param name="Step">As CallView.BuyerStep.</param>
/// <param name="Consent">The notice to show, in both languages.</param>
public sealed record BuyerCallView(
    string CallId, string State, string Step, string ShopName, string AgentName, string OrderTail,
    IReadOnlyList<BuyerOrderLine> OrderLines, ConsentNotice Consent, string? EndReason, bool Rated);

public sealed record BuyerOrderLine(string Title, int Quantity);

/// <param name="Version">Stated in the journal together with the SHA-256 of the text of the chosen language.</param>
/// <param name="RetentionDays">How long media is kept without a dispute.</param>
public sealed record ConsentNotice(string Version, int RetentionDays, ConsentText Zh, ConsentText En);

/// <param name="Title">One line.</param>
/// <param name="Points">Who, why, how long, rights: a line each.</param>
/// <param name="FullText">The complete notice.</param>
public sealed record ConsentText(string Title, IReadOnlyList<string> Points, string FullText);

/// <summary>POST /api/buyer/consent. Media is refused before it.</summary>
/// <param name="Choice">"recorded_call", "photos" or "decline".</param>
/// <param name="Language">"zh-CN" or "en": the language the text was read in.</param>
public sealed record ConsentRequest(string Choice, string NoticeVersion, string Language);

/// <summary>POST /api/buyer/consent/withdraw: recording stops within a second and the call ends for the buyer.</summary>
/// <summary>POST /api/buyer/photos (multipart: "photo" image/jpeg|png|webp|heic up to 10 MB, "note" text) → PhotoReceipt.</summary>
public sealed record PhotoReceipt(string PhotoId, string Sha256, int Count);

/// <summary>POST /api/buyer/rating</summary>
public sealed record RatingRequest(int Stars, string Comment);
