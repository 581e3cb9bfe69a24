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
        var current = await CurrentVersionAsync(connection, ct);
        var scripts = Scripts();
        if (current > scripts[^1].Version)
            throw new InvalidOperationException($"The database has schema version {current}, this program knows {scripts[^1].Version}: start the newer program, or restore a backup made by this one.");
        foreach (var script in scripts.Where(s => s.Version > current))
            await ApplyAsync(connection, script, time, ct);
    }

    private static async Task ApplyAsync(DbConnection connection, Script script, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(connection, transaction, script.Sql, ct);
        await ExecuteAsync(connection, transaction, $"INSERT INTO schema_version VALUES ({script.Version}, '{script.Name}', {time.GetUtcNow().ToUnixTimeMilliseconds()})", ct);
        await transaction.CommitAsync(ct);
    }

    private static async Task<long> CurrentVersionAsync(DbConnection connection, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT COALESCE(MAX(version), 0) FROM schema_version";
        return Convert.ToInt64(await command.ExecuteScalarAsync(ct));
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
