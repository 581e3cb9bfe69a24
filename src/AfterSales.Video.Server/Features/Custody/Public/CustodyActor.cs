using System.Security.Claims;
using AfterSales.Video.Server.Features.Agents.Public;

namespace AfterSales.Video.Server.Features.Custody.Public;

/// <summary>Who did it. The id names an account, never a person: names are looked up when the log is read.</summary>
/// <param name="Role">"agent", "reviewer", "supervisor", "admin", "expert", "buyer", "public" or "system".</param>
internal sealed record CustodyActor(string Role, string Id)
{
    public static CustodyActor System { get; } = new("system", "hub");

    public static CustodyActor Buyer { get; } = new("buyer", "buyer");

    /// <summary>A member of staff, by the highest role it has.</summary>
    public static CustodyActor Of(ClaimsPrincipal user)
    {
        string[] byRank = ["admin", "supervisor", "reviewer", "agent"];
        return new CustodyActor(byRank.FirstOrDefault(role => Staff.HasRole(user, [role])) ?? "agent", Staff.Id(user));
    }
}

/// <summary>The words of the log. Never changed: they are hashed.</summary>
internal static class CustodyKind
{
    public const string LinkIssued = "link_issued";
    public const string LinkUsed = "link_used";
    public const string Consent = "consent";
    public const string ConsentWithdrawn = "consent_withdrawn";
    public const string Joined = "joined";
    public const string Left = "left";
    public const string ReceiptIssued = "receipt_issued";
    public const string Sealed = "sealed";
    public const string Opened = "opened";
    public const string Viewed = "viewed";
    public const string Downloaded = "downloaded";
    public const string Exported = "exported";
    public const string Held = "held";
    public const string Released = "released";
    public const string Erased = "erased";
    public const string RecordsRemoved = "records_removed";
    public const string CourtCopyMade = "court_copy_made";
    public const string RoleChanged = "role_changed";
    public const string RetentionChanged = "retention_changed";
    public const string KeyRotated = "key_rotated";
    public const string KeyRevoked = "key_revoked";
}
