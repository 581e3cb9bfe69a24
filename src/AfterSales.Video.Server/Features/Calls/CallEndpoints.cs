using System.Text.Json.Nodes;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Domain.Calls;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using AfterSales.Video.Server.Features.Tickets.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using QRCoder;

namespace AfterSales.Video.Server.Features.Calls;

internal static partial class CallEndpoints
{
    public static IServiceCollection AddCalls(this IServiceCollection services)
    {
        services.AddOptions<CallOptions>().BindConfiguration(CallOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<CallStore>();
        services.AddScoped<CallViews>();
        services.AddScoped<CallFlow>();
        services.AddScoped<BuyerLinks>();
        services.AddHostedService<CallSweeper>();
        return services;
    }

    public static void MapCalls(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/tickets/{ticketId}/calls", Create).WithTags("Calls").RequireAuthorization(Staff.DeskPolicy)
            .Produces<CallCreatedView>(StatusCodes.Status201Created);
        app.MapGet("/api/calls/{callId}", Show).WithTags("Calls").RequireAuthorization(Staff.AnyPolicy).Produces<CallView>();
        var desk = app.MapGroup("/api/calls/{callId}").WithTags("Calls").RequireAuthorization(Staff.DeskPolicy);
        desk.MapPost("/links", NewLink).Produces<CallCreatedView>(StatusCodes.Status201Created);
        desk.MapPost("/end", End).Produces<CallView>();
    }

    private static async Task<IResult> Show(string callId, CallViews views, CancellationToken ct) =>
        await views.FindAsync(callId, ct) is { } view ? Results.Ok(view) : Problem.Of(ProblemCodes.CallNotFound);

    private static async Task<IResult> Create(
        string ticketId, HttpContext context, HubDbContext db, Ticketing ticketing, BuyerLinks links, CallViews views, DeskNotifier desk, CustodyLog custody,
        IOptions<CallOptions> options, IOptions<WebOptions> web, TimeProvider time, ILogger<CallFlow> logger, CancellationToken ct)
    {
        var ticket = await ticketing.FindAsync(ticketId, ct);
        if (ticket is null)
            return Problem.Of(ProblemCodes.TicketNotFound);
        if (!ticket.IsOpen)
            return Problem.Of(ProblemCodes.TicketClosed);
        // Capacity is the machine's, so it counts over all tenants.
        if (await db.Set<CallRow>().IgnoreQueryFilters().CountAsync(c => c.Phase != CallPhase.Ended, ct) >= options.Value.MaxConcurrent)
            return Problem.Later(context, ProblemCodes.CallsAtCapacity, TimeSpan.FromSeconds(30));
        var session = CallSession.Create();
        var row = new CallRow
        {
            Id = Ids.New(time),
            TenantId = ticket.TenantId,
            TicketId = ticketId,
            Phase = session.Phase,
            Step = session.Step,
            AgentId = Staff.Id(context.User),
            AgentName = Staff.Name(context.User),
            CreatedAt = time.GetUtcNow(),
        };
        db.Add(row);
        ticket.UpdatedAt = row.CreatedAt;
        ticket.Version++;
        var link = links.Prepare(row.Id);
        if (!await TrySaveAsync(db, ticketId, ct))
            return Problem.Of(ProblemCodes.CallAlreadyActive);
        await custody.AppendAsync(row.TenantId, CustodyKind.LinkIssued, CustodyActor.Of(context.User), row.Id, new JsonObject { ["ticketId"] = ticketId }, ct);
        Log.Created(logger, row.Id, ticketId);
        await desk.TicketChangedAsync(row.TenantId, ticketId);
        await desk.CallChangedAsync(row.TenantId, row.Id);
        return Created(context, web.Value, (await views.FindAsync(row.Id, ct))!, link);
    }

    private static async Task<IResult> NewLink(
        string callId, HttpContext context, CallStore calls, BuyerLinks links, CallViews views, CustodyLog custody, IOptions<WebOptions> web, CancellationToken ct)
    {
        var row = await calls.FindAsync(callId, ct);
        if (row is null)
            return Problem.Of(ProblemCodes.CallNotFound);
        if (row.Phase == CallPhase.Ended)
            return Problem.Of(ProblemCodes.CallEnded);
        await custody.AppendAsync(row.TenantId, CustodyKind.LinkIssued, CustodyActor.Of(context.User), callId, new JsonObject { ["ticketId"] = row.TicketId }, ct);
        var link = await links.CreateAsync(callId, ct);
        return Created(context, web.Value, (await views.FindAsync(callId, ct))!, link);
    }

    private static async Task<IResult> End(string callId, CallFlow flow, CallViews views, CancellationToken ct)
    {
        var change = await flow.EndAsync(callId, CallEndReason.AgentHungUp, ct);
        return change is null ? Problem.Of(ProblemCodes.CallNotFound) : Results.Ok(await views.FindAsync(callId, ct));
    }

    private static IResult Created(HttpContext context, WebOptions web, CallView view, NewLink link)
    {
        var origin = web.Origin(context.Request);
        var url = $"{origin}/c#{link.Secret}";
        return Results.Created($"/api/calls/{view.CallId}", new CallCreatedView(view, url, QrSvg(PhoneUrl(context, url, origin)), link.ExpiresAt));
    }

    // The code is scanned by a phone, to which "localhost" is itself: it gets this computer's address on the network.
    private static string PhoneUrl(HttpContext context, string url, string origin) =>
        new Uri(origin).IsLoopback && context.RequestServices.GetRequiredService<LanUrl>().Value is { } lan ? lan + url[origin.Length..] : url;

    private static string QrSvg(string url)
    {
        using var code = QRCodeGenerator.GenerateQrCode(url, QRCodeGenerator.ECCLevel.M);
        using var svg = new SvgQRCode(code);
        return svg.GetGraphic(4, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
    }

    // Two agents pressing Call at once: the unique index of running calls lets one through.
    private static async Task<bool> TrySaveAsync(HubDbContext db, string ticketId, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
            return true;
        }
        catch (DbUpdateException)
        {
            db.ChangeTracker.Clear();
            if (await db.Set<CallRow>().AnyAsync(c => c.TicketId == ticketId && c.Phase != CallPhase.Ended, ct))
                return false;
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1201, LogLevel.Information, "Call {CallId} of ticket {TicketId} waits for its buyer")]
        public static partial void Created(ILogger logger, string callId, string ticketId);
    }
}
