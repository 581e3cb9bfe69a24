using AfterSales.Video.Domain.Calls;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Calls.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.BuyerEntry;

/// <summary>
/// SE-01: exchanges a link's secret for a session, once. One UPDATE decides among any number of racing browsers. Expired,
/// used, revoked, foreign and unknown all end in the same null.
/// </summary>
internal sealed class LinkRedemption(HubDbContext db, TenantScope tenant, TimeProvider time)
{
    /// <summary>After the call the page still shows the goodbye and takes photos and the rating.</summary>
    private static readonly TimeSpan SessionLifetime = TimeSpan.FromHours(24);

    /// <param name="existingCookie">The browser's session, when it has one: its own link again is fine.</param>
    public async Task<RedeemedLink?> RedeemAsync(string secret, string? existingCookie, CancellationToken ct)
    {
        if (secret.Length is < 22 or > 100)
            return null;
        var hash = Ids.Sha256(secret);
        var now = time.GetUtcNow();
        var won = await db.Set<BuyerLinkRow>().IgnoreQueryFilters()
            .Where(l => l.TokenSha256 == hash && l.RedeemedAt == null && !l.Revoked && l.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.RedeemedAt, now), ct);
        return won == 1 ? await BindAsync(hash, now, ct) : await AgainAsync(hash, existingCookie, now, ct);
    }

    private async Task<RedeemedLink?> BindAsync(string linkHash, DateTimeOffset now, CancellationToken ct)
    {
        var link = await db.Set<BuyerLinkRow>().IgnoreQueryFilters().AsNoTracking().FirstAsync(l => l.TokenSha256 == linkHash, ct);
        var call = await db.Set<CallRow>().IgnoreQueryFilters().AsNoTracking().FirstAsync(c => c.Id == link.CallId, ct);
        if (call.Phase == CallPhase.Ended)
            return null;
        var cookie = Ids.NewSecret();
        var session = new BuyerSessionRow
        {
            SecretSha256 = Ids.Sha256(cookie),
            TenantId = link.TenantId,
            CallId = link.CallId,
            LinkSha256 = linkHash,
            CreatedAt = now,
            ExpiresAt = now + SessionLifetime,
        };
        db.Add(session);
        await db.SaveChangesAsync(ct);
        tenant.TenantId = link.TenantId;
        return new RedeemedLink(link.CallId, cookie, session.ExpiresAt);
    }

    private async Task<RedeemedLink?> AgainAsync(string linkHash, string? cookie, DateTimeOffset now, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(cookie) || cookie.Length > 100)
            return null;
        var cookieHash = Ids.Sha256(cookie);
        var session = await db.Set<BuyerSessionRow>().IgnoreQueryFilters().AsNoTracking()
            .FirstOrDefaultAsync(s => s.SecretSha256 == cookieHash && s.LinkSha256 == linkHash && s.ExpiresAt > now, ct);
        if (session is null)
            return null;
        tenant.TenantId = session.TenantId;
        return new RedeemedLink(session.CallId, cookie, session.ExpiresAt);
    }
}

internal sealed record RedeemedLink(string CallId, string Cookie, DateTimeOffset ExpiresAt);
