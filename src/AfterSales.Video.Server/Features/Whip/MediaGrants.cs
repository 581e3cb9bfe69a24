using System.Text.Json;
using AfterSales.Video.Server.Data;
using Microsoft.AspNetCore.DataProtection;

namespace AfterSales.Video.Server.Features.Whip;

/// <summary>What a media token allows: one person in one call.</summary>
internal sealed record MediaGrant(string GrantId, string TenantId, string CallId, string Role, string DisplayName);

/// <summary>Media tokens carry their grant encrypted, so nothing is stored; they end with their time or with the call.</summary>
internal sealed class MediaGrants(IDataProtectionProvider provider, TimeProvider time)
{
    private readonly ITimeLimitedDataProtector _protector = provider.CreateProtector("media-grant/v1").ToTimeLimitedDataProtector();

    public string Issue(MediaGrant grant, DateTimeOffset expiresAt) => _protector.Protect(JsonSerializer.Serialize(grant), expiresAt);

    /// <summary>Null for anything else than a live token of ours.</summary>
    public MediaGrant? Read(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || header.Length > 4096)
            return null;
        try
        {
            var json = _protector.Unprotect(header[7..].Trim(), out var expiresAt);
            return expiresAt > time.GetUtcNow() ? JsonSerializer.Deserialize<MediaGrant>(json) : null;
        }
        catch (Exception refused) when (refused is System.Security.Cryptography.CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    public string NewGrantId() => Ids.New(time);
}
