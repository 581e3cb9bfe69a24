using AfterSales.Video.Server.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AfterSales.Video.Server.Features.Agents;

/// <summary>A member of staff who signs in.</summary>
internal sealed class AgentAccount : IdentityUser, ITenantRow
{
    public required string TenantId { get; set; }
    public required string DisplayName { get; set; }

    /// <summary>Words of TicketRules.Roles, separated by commas.</summary>
    public required string Roles { get; set; }
    public bool Disabled { get; set; }

    /// <summary>Set while the password is the one-time password somebody else has seen.</summary>
    public bool MustChangePassword { get; set; }
    public DateTimeOffset CreatedAt { get; set; }

    public IReadOnlyList<string> RoleList => Roles.Split(',', StringSplitOptions.RemoveEmptyEntries);
}

internal sealed class AgentAccountConfiguration : IEntityTypeConfiguration<AgentAccount>
{
    public void Configure(EntityTypeBuilder<AgentAccount> builder)
    {
        builder.ToTable("agents");
        builder.HasKey(a => a.Id);
        builder.Ignore(a => a.RoleList);
        builder.Property(a => a.ConcurrencyStamp).IsConcurrencyToken();
    }
}

/// <summary>Finds accounts in every tenant: at sign-in the tenant is what the account says, not the other way round.</summary>
internal sealed class AgentStore(HubDbContext context) : Microsoft.AspNetCore.Identity.EntityFrameworkCore.UserOnlyStore<AgentAccount, HubDbContext, string>(context)
{
    public override IQueryable<AgentAccount> Users => base.Users.IgnoreQueryFilters();

    public override Task<AgentAccount?> FindByIdAsync(string userId, CancellationToken cancellationToken = default) =>
        Users.FirstOrDefaultAsync(a => a.Id == userId, cancellationToken);
}
