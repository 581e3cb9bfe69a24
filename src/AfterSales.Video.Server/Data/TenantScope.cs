namespace AfterSales.Video.Server.Data;

/// <summary>
/// The tenant of the request, hub call or job that owns this scope. Unset matches no row, so forgetting it shows nothing
/// instead of everything.
/// </summary>
internal sealed class TenantScope
{
    /// <summary>The tenant of a self-hosted hub with a single merchant.</summary>
    public const string Default = "default";

    public const string Claim = "tenant";

    public string TenantId { get; set; } = "";
}
