using System.Data.Common;
using System.Reflection;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Data;

/// <summary>
/// Applies the hand-written SQL of recordings-schema/sql in order, each file in one transaction together with its row in
/// schema_version. A database newer than the program stops the start.
/// </summary>
internal static class SqlMigrations
{
    private const string Prefix = "sql/sqlite/";

    public static async Task ApplyAsync(HubDbContext db, TimeProvider time, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        var connection = db.Database.GetDbConnection();
        await ExecuteAsync(connection, null, "PRAGMA journal_mode=WAL", ct);
        await ExecuteAsync(connection, null, "CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL PRIMARY KEY, name text NOT NULL, applied_at_ms bigint NOT NULL)", ct);
        var applied = await AppliedAsync(connection, ct);
        var scripts = Scripts();
        if (applied.Max > scripts[^1].Version)
            throw new InvalidOperationException($"The database has schema version {applied.Max}, this program knows {scripts[^1].Version}: start the newer program, or restore a backup made by this one.");
        // By what is missing, not by what is newest: two changes made side by side may arrive in either order.
        foreach (var script in scripts.Where(s => !applied.Contains(s.Version)))
            await ApplyAsync(connection, script, time, ct);
    }

    private static async Task ApplyAsync(DbConnection connection, Script script, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(connection, transaction, script.Sql, ct);
        await ExecuteAsync(connection, transaction, $"INSERT INTO schema_version VALUES ({script.Version}, '{script.Name}', {time.GetUtcNow().ToUnixTimeMilliseconds()})", ct);
        await transaction.CommitAsync(ct);
    }

    private static async Task<SortedSet<long>> AppliedAsync(DbConnection connection, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT version FROM schema_version";
        await using var rows = await command.ExecuteReaderAsync(ct);
        var versions = new SortedSet<long>();
        while (await rows.ReadAsync(ct))
            versions.Add(rows.GetInt64(0));
        return versions;
    }

    // The text is a file of this repository or built from its name and numbers: nothing of it comes from outside.
    private static async Task ExecuteAsync(DbConnection connection, DbTransaction? transaction, string sql, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Trusted text, see above.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }

    private static List<Script> Scripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => Read(assembly, name))
            .OrderBy(script => script.Version)
            .ToList();
    }

    private static Script Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        var name = resource[Prefix.Length..];
        return new Script(int.Parse(name[..4]), name, reader.ReadToEnd());
    }

    private sealed record Script(int Version, string Name, string Sql);
}
