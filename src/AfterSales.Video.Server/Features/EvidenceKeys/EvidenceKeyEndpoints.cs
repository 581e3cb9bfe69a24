using System.Text.Json.Nodes;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence.Keys;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Native;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.EvidenceKeys;

internal static class EvidenceKeyEndpoints
{
    public static IServiceCollection AddEvidenceKeys(this IServiceCollection services)
    {
        services.AddOptions<EvidenceOptions>().BindConfiguration(EvidenceOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(OpenRing);
        services.AddSingleton<IEvidenceSigner>(provider => provider.GetRequiredService<KeyRing>());
        services.AddSingleton<RecordingKeys>();
        services.AddSingleton<IRecordingKeys>(provider => provider.GetRequiredService<RecordingKeys>());
        return services;
    }

    public static void MapEvidenceKeys(this IEndpointRouteBuilder app)
    {
        app.MapGet(EvidenceOptions.PublishedAt, Published).WithTags("Evidence").Produces<EvidenceKeysView>();
        var admin = app.MapGroup("/api/admin/evidence-keys").WithTags("Evidence").RequireAuthorization(Staff.AdminPolicy);
        admin.MapPost("/rotate", Rotate).Produces<EvidenceKeyView>();
        admin.MapPost("/{keyId}/revoke", Revoke).Produces<EvidenceKeysView>();
    }

    private static KeyRing OpenRing(IServiceProvider provider)
    {
        var configured = provider.GetRequiredService<IOptions<EvidenceOptions>>().Value.KeysFolder;
        var folder = configured.Length > 0 ? Path.GetFullPath(configured) : provider.GetRequiredService<DataFolder>().Keys;
        try
        {
            return KeyRing.Open(new KeyFolder(folder, FileSync.DataSync, FileSync.SyncDirectory), provider.GetRequiredService<TimeProvider>());
        }
        catch (KeyRingException refused)
        {
            throw new StartRefusedException(refused.Message);
        }
    }

    // The bytes themselves, not a view of them: an export holds the same ones.
    private static IResult Published(KeyRing ring, HttpContext context)
    {
        context.Response.Headers.CacheControl = "public, max-age=60";
        context.Response.Headers.AccessControlAllowOrigin = "*";
        return Results.Bytes(ring.PublicKeys.ToJson(), "application/json");
    }

    private static async Task<IResult> Rotate(HttpContext context, KeyRing ring, CustodyLog custody, TenantScope tenant, CancellationToken ct)
    {
        var next = ring.RotateSigningKey();
        await custody.AppendAsync(tenant.TenantId, CustodyKind.KeyRotated, CustodyActor.Of(context.User), next.KeyId, [], ct);
        return Results.Ok(View(next));
    }

    private static async Task<IResult> Revoke(string keyId, HttpContext context, KeyRing ring, CustodyLog custody, TenantScope tenant, CancellationToken ct)
    {
        if (ring.PublicKeys.Find(keyId) is null)
            return Problem.Of(ProblemCodes.EvidenceKeyNotFound);
        ring.RevokeSigningKey(keyId);
        await custody.AppendAsync(tenant.TenantId, CustodyKind.KeyRevoked, CustodyActor.Of(context.User), keyId, new JsonObject(), ct);
        return Results.Ok(new EvidenceKeysView(ring.PublicKeys.Keys.Select(View).ToList()));
    }

    private static EvidenceKeyView View(PublishedKey key) =>
        new(key.KeyId, key.Algorithm, key.PublicKeyPem, key.CreatedAt, key.RetiredAt, key.RevokedAt);
}
