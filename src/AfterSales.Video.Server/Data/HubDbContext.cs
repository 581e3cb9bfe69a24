using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace AfterSales.Video.Server.Data;

/// <summary>A row that belongs to a tenant; every query over it is filtered by the scope's tenant.</summary>
internal interface ITenantRow
{
    string TenantId { get; }
}

/// <summary>
/// The database of the desk. Each slice brings its own entity configuration; the schema is hand-written SQL (ADR 0004), so
/// this model only reads and writes it. Column names are the snake_case of the property, times end in _ms.
/// </summary>
internal sealed class HubDbContext(DbContextOptions<HubDbContext> options, TenantScope tenant) : DbContext(options)
{
    public string TenantId => tenant.TenantId;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(HubDbContext).Assembly);
        foreach (var entity in modelBuilder.Model.GetEntityTypes().ToList())
        {
            if (typeof(ITenantRow).IsAssignableFrom(entity.ClrType))
                modelBuilder.Entity(entity.ClrType).HasQueryFilter(TenantFilter(entity.ClrType));
            foreach (var property in entity.GetProperties())
                property.SetColumnName(ColumnName(property.Name, property.ClrType));
        }
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<MillisecondsConverter>();
    }

    private static string ColumnName(string property, Type type)
    {
        var name = System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(property);
        return (Nullable.GetUnderlyingType(type) ?? type) == typeof(DateTimeOffset) ? name + "_ms" : name;
    }

    private LambdaExpression TenantFilter(Type type)
    {
        var row = Expression.Parameter(type, "row");
        var own = Expression.Property(row, nameof(ITenantRow.TenantId));
        var current = Expression.Property(Expression.Constant(this), nameof(TenantId));
        return Expression.Lambda(Expression.Equal(own, current), row);
    }

    private sealed class MillisecondsConverter() : ValueConverter<DateTimeOffset, long>(
        time => time.ToUnixTimeMilliseconds(), ms => DateTimeOffset.FromUnixTimeMilliseconds(ms));
}
