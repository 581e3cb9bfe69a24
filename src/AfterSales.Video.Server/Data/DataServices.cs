using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Data;

internal static class DataServices
{
    public static IServiceCollection AddHubData(this IServiceCollection services, DataFolder folder)
    {
        services.AddSingleton(folder);
        services.AddScoped<TenantScope>();
        services.AddDbContext<HubDbContext>(options => options
            .UseSqlite($"Data Source={folder.Database};Default Timeout=10;Foreign Keys=True"));
        services.AddDataProtection()
            .SetApplicationName("AfterSales.Video")
            .PersistKeysToFileSystem(new DirectoryInfo(folder.Keys));
        services.AddSingleton<PersonalDataProtector>();
        return services;
    }

    /// <summary>A scope for work outside a request, in the name of a tenant.</summary>
    public static AsyncServiceScope CreateTenantScope(this IServiceScopeFactory scopes, string tenantId)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().TenantId = tenantId;
        return scope;
    }
}
