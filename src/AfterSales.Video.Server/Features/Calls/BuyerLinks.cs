using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Calls.Public;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Calls;

/// <summary>Makes one-time links. The secret (256 bits) leaves in the answer once; the row keeps its SHA-256.</summary>
internal sealed class BuyerLinks(HubDbContext db, TenantScope tenant, IOptions<CallOptions> options, TimeProvider time)
{
    /// <summary>A new link; the former ones of the call that nobody used end.</summary>
    public async Task<NewLink> CreateAsync(string callId, CancellationToken ct)
    {
        await db.Set<BuyerLinkRow>().Where(l => l.CallId == callId && l.RedeemedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.Revoked, true), ct);
        var link = Prepare(callId);
        await db.SaveChangesAsync(ct);
        return link;
    }

    /// <summary>Adds the row without saving it: it is written together with the call.</summary>
    public NewLink Prepare(string callId)
    {
        var secret = Ids.NewSecret();
        var now = time.GetUtcNow();
        var row = new BuyerLinkRow
        {
            TokenSha256 = Ids.Sha256(secret),
            TenantId = tenant.TenantId,
            CallId = callId,
            CreatedAt = now,
            ExpiresAt = now + options.Value.LinkLifetime,
        };
        db.Add(row);
        return new NewLink(secret, row.ExpiresAt);
    }
}

internal sealed record NewLink(string Secret, DateTimeOffset ExpiresAt);
