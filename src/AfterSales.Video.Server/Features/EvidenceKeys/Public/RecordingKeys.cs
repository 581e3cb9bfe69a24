using System.Collections.Concurrent;
using AfterSales.Video.Evidence.Keys;
using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AfterSales.Video.Server.Features.EvidenceKeys.Public;

/// <summary>
/// The data keys of recordings. Each lives in one place, wrapped in its row: destroying that erases the recording wherever its bytes lie.
/// </summary>
internal sealed partial class RecordingKeys(KeyRing ring, IServiceScopeFactory scopes, TimeProvider time, ILogger<RecordingKeys> logger) : IRecordingKeys
{
    /// <summary>Unwrapped keys kept in memory; more are read again when they are needed.</summary>
    private const int KeptKeys = 1000;

    private readonly ConcurrentDictionary<(string TenantId, string RecordingId), ReadOnlyMemory<byte>> _known = new();

    /// <summary>Makes the key of a new recording. Its row is in the database when it returns.</summary>
    public async Task<NewDataKey> CreateAsync(string tenantId, string recordingId, CancellationToken ct)
    {
        var wrapping = ring.WrappingKey(tenantId);
        var key = DataKey.Create();
        await using var scope = scopes.CreateTenantScope(tenantId);
        var db = scope.ServiceProvider.GetRequiredService<HubDbContext>();
        db.Add(new RecordingKeyRow
        {
            RecordingId = recordingId,
            TenantId = tenantId,
            KekId = wrapping.KekId,
            WrappedKey = Convert.ToBase64String(wrapping.Wrap(recordingId, key)),
            CreatedAt = time.GetUtcNow(),
        });
        await db.SaveChangesAsync(ct);
        Keep(tenantId, recordingId, key);
        return new NewDataKey(key, wrapping.KekId);
    }

    /// <summary>As <see cref="CreateAsync"/>, for a folder of the store that several requests may begin at once (photos of a call).</summary>
    public async Task EnsureAsync(string tenantId, string folder, CancellationToken ct)
    {
        if (Find(tenantId, folder) is not null)
            return;
        try
        {
            await CreateAsync(tenantId, folder, ct);
        }
        catch (DbUpdateException) when (Find(tenantId, folder) is not null)
        {
            // Another request was first: its key is the one.
        }
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? Find(string tenantId, string recordingId)
    {
        if (_known.TryGetValue((tenantId, recordingId), out var known))
            return known;
        using var scope = scopes.CreateTenantScope(tenantId);
        var row = scope.ServiceProvider.GetRequiredService<HubDbContext>().Set<RecordingKeyRow>().AsNoTracking().FirstOrDefault(k => k.RecordingId == recordingId);
        if (row?.WrappedKey is null || ring.FindWrappingKey(tenantId, row.KekId) is not { } wrapping)
            return null;
        if (!wrapping.TryUnwrap(recordingId, Convert.FromBase64String(row.WrappedKey), out var key))
        {
            Log.Damaged(logger, recordingId);
            return null;
        }

        Keep(tenantId, recordingId, key);
        return key;
    }

    /// <inheritdoc/>
    public bool EverHadKey(string tenantId, string recordingId)
    {
        if (_known.ContainsKey((tenantId, recordingId)))
            return true;
        using var scope = scopes.CreateTenantScope(tenantId);
        return scope.ServiceProvider.GetRequiredService<HubDbContext>().Set<RecordingKeyRow>().Any(k => k.RecordingId == recordingId);
    }

    /// <summary>
    /// Overwrites the wrapped key, in the table and in the write-ahead log: from here on nobody can read the recording. False when it was
    /// destroyed before.
    /// </summary>
    public async Task<bool> DestroyAsync(string tenantId, string recordingId, CancellationToken ct)
    {
        await using var scope = scopes.CreateTenantScope(tenantId);
        var db = scope.ServiceProvider.GetRequiredService<HubDbContext>();
        await db.Database.OpenConnectionAsync(ct);
        // Without it SQLite leaves the old bytes in the free space of the page.
        await db.Database.ExecuteSqlRawAsync("PRAGMA secure_delete=ON", ct);
        var now = time.GetUtcNow();
        var destroyed = await db.Set<RecordingKeyRow>().Where(k => k.RecordingId == recordingId && k.WrappedKey != null)
            .ExecuteUpdateAsync(set => set.SetProperty(k => k.WrappedKey, (string?)null).SetProperty(k => k.DestroyedAt, now), ct);
        _known.TryRemove((tenantId, recordingId), out _);
        await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)", ct);
        return destroyed == 1;
    }

    private void Keep(string tenantId, string recordingId, byte[] key)
    {
        if (_known.Count >= KeptKeys)
            _known.Clear();
        _known[(tenantId, recordingId)] = key;
    }

    private static partial class Log
    {
        [LoggerMessage(1711, LogLevel.Error, "The wrapped key of recording {RecordingId} does not fit its wrapping key: restore the database or data/keys from the same backup")]
        public static partial void Damaged(ILogger logger, string recordingId);
    }
}

/// <param name="Key">32 bytes.</param>
internal sealed record NewDataKey(ReadOnlyMemory<byte> Key, string KekId);

internal sealed class RecordingKeyRow : ITenantRow
{
    public required string RecordingId { get; init; }
    public required string TenantId { get; init; }
    public required string KekId { get; init; }

    /// <summary>Base64; null when it was destroyed.</summary>
    public string? WrappedKey { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? DestroyedAt { get; set; }
}

internal sealed class RecordingKeyRowConfiguration : IEntityTypeConfiguration<RecordingKeyRow>
{
    public void Configure(EntityTypeBuilder<RecordingKeyRow> builder)
    {
        builder.ToTable("recording_keys");
        builder.HasKey(k => k.RecordingId);
    }
}
