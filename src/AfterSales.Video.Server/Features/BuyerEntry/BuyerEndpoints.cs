using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Domain.Tickets;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.BuyerEntry.Public;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Features.Tickets.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.BuyerEntry;

internal static class BuyerEndpoints
{
    public static IServiceCollection AddBuyerEntry(this IServiceCollection services)
    {
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, BuyerAuthentication>(Buyer.Scheme, _ => { });
        services.AddAuthorizationBuilder()
            .AddPolicy(Buyer.Policy, policy => policy.AddAuthenticationSchemes(Buyer.Scheme).RequireClaim(Buyer.CallClaim));
        services.AddSingleton<ConsentNotices>();
        services.AddScoped<LinkRedemption>();
        services.AddScoped<PhotoIntake>();
        return services;
    }

    public static void MapBuyerEntry(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/buyer/redeem", Redeem).WithTags("Buyer").RequireRateLimiting(RateLimits.Redeem).Produces<BuyerCallView>();
        var buyer = app.MapGroup("/api/buyer").WithTags("Buyer").RequireAuthorization(Buyer.Policy).AddEndpointFilter(Buyer.UseTenant);
        buyer.MapGet("/call", Show).Produces<BuyerCallView>();
        buyer.MapPost("/consent", Consent).Produces<BuyerCallView>();
        buyer.MapPost("/consent/withdraw", Withdraw).Produces<BuyerCallView>();
        buyer.MapPost("/rating", Rate).Produces<BuyerCallView>();
        buyer.MapPhotos();
    }

    private static async Task<IResult> Redeem(
        RedeemRequest request, HttpContext context, LinkRedemption redemption, CallFlow flow, CustodyLog custody, TenantScope tenant, CancellationToken ct)
    {
        var redeemed = await redemption.RedeemAsync(request.Token, context.Request.Cookies[Buyer.CookieName], ct);
        if (redeemed is null)
            return Problem.Of(ProblemCodes.LinkNotValid);
        context.Response.Cookies.Append(Buyer.CookieName, redeemed.Cookie, Buyer.Cookie(redeemed.ExpiresAt));
        custody.Post(tenant.TenantId, CustodyKind.LinkUsed, CustodyActor.Buyer, redeemed.CallId, []);
        await flow.OpenLinkAsync(redeemed.CallId, ct);
        return await ViewAsync(context, redeemed.CallId, ct);
    }

    private static Task<IResult> Show(HttpContext context, CancellationToken ct) => ViewAsync(context, Buyer.CallId(context.User), ct);

    private static async Task<IResult> Consent(
        ConsentRequest request, HttpContext context, CallFlow flow, ConsentNotices notices, TimeProvider time, CancellationToken ct)
    {
        if (!ConsentNotices.IsLanguage(request.Language) || request.Choice is not ("recorded_call" or "photos" or "decline"))
            return Problem.Of(ProblemCodes.RequestInvalid, "choice is recorded_call, photos or decline; language is zh-CN or en.");
        if (request.Choice == "recorded_call" && request.NoticeVersion != ConsentNotices.Version)
            return Problem.Of(ProblemCodes.ConsentOutdated);
        var callId = Buyer.CallId(context.User);
        var change = request.Choice switch
        {
            "recorded_call" => await flow.GiveConsentAsync(callId, notices.Record(request.Language, time.GetUtcNow()), ct),
            "photos" => await flow.ChoosePhotosAsync(callId, ct),
            _ => await flow.DeclineAsync(callId, ct),
        };
        return await AnswerAsync(context, change, ct);
    }

    private static async Task<IResult> Withdraw(HttpContext context, CallFlow flow, CancellationToken ct) =>
        await AnswerAsync(context, await flow.DeclineAsync(Buyer.CallId(context.User), ct), ct);

    private static async Task<IResult> Rate(RatingRequest request, HttpContext context, CallFlow flow, CancellationToken ct)
    {
        if (request.Stars is < 1 or > 5 || request.Comment.Length > 1000)
            return Problem.Of(ProblemCodes.RequestInvalid, "stars is 1 to 5; comment has at most 1000 characters.");
        return await AnswerAsync(context, await flow.RateAsync(Buyer.CallId(context.User), request.Stars, request.Comment, ct), ct);
    }

    private static async Task<IResult> AnswerAsync(HttpContext context, CallChange? change, CancellationToken ct)
    {
        if (change is null)
            return Problem.Of(ProblemCodes.LinkNotValid);
        return change.Error is { } error ? Problem.Of(error.Code) : await ViewAsync(context, change.Row.Id, ct);
    }

    private static async Task<IResult> ViewAsync(HttpContext context, string callId, CancellationToken ct)
    {
        var services = context.RequestServices;
        var call = await services.GetRequiredService<CallStore>().FindAsync(callId, ct);
        var ticket = call is null ? null : await services.GetRequiredService<Ticketing>().FindAsync(call.TicketId, ct);
        if (call is null || ticket is null)
            return Problem.Of(ProblemCodes.LinkNotValid);
        return Results.Ok(new BuyerCallView(
            call.Id, Words.Of(call.Phase), Words.Of(call.Step), services.GetRequiredService<IOptions<CallOptions>>().Value.ShopName, call.AgentName,
            Masking.OrderTail(ticket.PlatformOrderId), Ticketing.OrderLines(ticket).Select(l => new BuyerOrderLine(l.Title, l.Quantity)).ToList(),
            services.GetRequiredService<ConsentNotices>().Current, call.EndReason is { } reason ? Words.Of(reason) : null, call.RatingStars is not null));
    }
}
