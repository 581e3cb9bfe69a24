using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.BuyerEntry.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Signalling;

internal static class SignallingServices
{
    /// <summary>SE-04: the largest message is an offer of 16 KB, quoted in JSON.</summary>
    private const int MaxMessageBytes = 32 * 1024;

    public static IServiceCollection AddSignalling(this IServiceCollection services)
    {
        services.AddOptions<SignallingOptions>().BindConfiguration(SignallingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<TurnOptions>().BindConfiguration(TurnOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TurnOptions>, TurnOptionsValidator>();
        services.AddSingleton<IceServerList>();
        services.AddSingleton<QualityMeter>();
        services.AddSingleton<LiveCalls>();
        services.AddSingleton<DeskNotifier>();
        services.AddSingleton<HubGuard>();
        services.AddScoped<CallPlaces>();
        services.AddHostedService<VacancyKeeper>();
        services.AddSignalR(options =>
        {
            options.MaximumReceiveMessageSize = MaxMessageBytes;
            options.MaximumParallelInvocationsPerClient = 1;
            options.EnableDetailedErrors = false;
            // A phone that sleeps is noticed in 20 s; its place stays for the grace period.
            options.KeepAliveInterval = TimeSpan.FromSeconds(8);
            options.ClientTimeoutInterval = TimeSpan.FromSeconds(20);
            options.AddFilter<HubGuard>();
        }).AddJsonProtocol(options =>
        {
            options.PayloadSerializerOptions.RespectNullableAnnotations = true;
            options.PayloadSerializerOptions.RespectRequiredConstructorParameters = true;
        });
        return services;
    }

    public static void MapSignalling(this IEndpointRouteBuilder app)
    {
        app.MapHub<CallHub>("/hubs/call", Configure)
            .RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = $"{Staff.Scheme},{Buyer.Scheme}" });
        app.MapHub<DeskHub>("/hubs/desk", Configure).RequireAuthorization(Staff.AnyPolicy);
    }

    private static void Configure(HttpConnectionDispatcherOptions options)
    {
        options.CloseOnAuthenticationExpiration = true;
        options.ApplicationMaxBufferSize = MaxMessageBytes * 2;
        options.TransportMaxBufferSize = MaxMessageBytes * 8;
        options.WebSockets.CloseTimeout = TimeSpan.FromSeconds(2);
    }
}
