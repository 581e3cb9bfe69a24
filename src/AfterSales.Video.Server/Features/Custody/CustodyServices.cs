using AfterSales.Video.Server.Features.Custody.Public;

namespace AfterSales.Video.Server.Features.Custody;

internal static class CustodyServices
{
    public static IServiceCollection AddCustody(this IServiceCollection services)
    {
        services.AddSingleton<CustodyLog>();
        services.AddHostedService(provider => provider.GetRequiredService<CustodyLog>());
        services.AddScoped<CustodyReader>();
        services.AddScoped<CustodyRoots>();
        services.AddScoped<CustodyExport>();
        services.AddSingleton<CustodyRootKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<CustodyRootKeeper>());
        return services;
    }
}
