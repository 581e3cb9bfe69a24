using System.Collections.Concurrent;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>One RFC 3161 timestamp that is wanted or had.</summary>
internal sealed class TimestampRow : ITenantRow
{
    public required string Id { get; init; }
    public required string TenantId { get; init; }

    /// <summary>The recording, or "custody-2026-11-22".</summary>
    public required string Subject { get; init; }

    /// <summary>"manifest-1.tsr", "checkpoint-1-000042.tsr", "root.tsr".</summary>
    public required string Name { get; init; }

    /// <summary>"manifest", "checkpoint" or "custody_root".</summary>
    public required string OfWhat { get; init; }

    /// <summary>SHA-256 of the envelope's canonical JSON, lower-case hex.</summary>
    public required string ImprintHex { get; init; }

    /// <summary>"queued", "ok", "late" (had, but later than the authority's answer should take).</summary>
    public required string State { get; set; }
    public required DateTimeOffset WantedAt { get; init; }
    public DateTimeOffset? GenTime { get; set; }

    /// <summary>TimeStampResp (RFC 3161 §2.4.2), as `openssl ts -verify` takes it; empty while queued.</summary>
    public required string ReplyBase64 { get; set; }
    public int Attempts { get; set; }
    public required string LastError { get; set; }
}

internal sealed class TimestampRowConfiguration : IEntityTypeConfiguration<TimestampRow>
{
    public void Configure(EntityTypeBuilder<TimestampRow> builder)
    {
        builder.ToTable("timestamps");
        builder.HasKey(t => t.Id);
    }
}

/// <summary>Wishes for timestamps, while an authority is configured. The rows are the truth; the worker fetches them.</summary>
internal sealed class TimestampQueue(IOptions<EvidenceOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _lastOf = new(StringComparer.Ordinal);

    public bool IsOn => options.Value.TimestampUrl.Length > 0;

    /// <summary>At most one each interval of a recording, and one for its end; null when none is due. The caller adds and saves it.</summary>
    public TimestampRow? ForCheckpoint(CheckpointRow checkpoint, bool isEnd)
    {
        if (!IsOn)
            return null;
        var now = time.GetUtcNow();
        if (!isEnd && _lastOf.TryGetValue(checkpoint.RecordingId, out var last) && now - last < options.Value.TimestampInterval)
            return null;
        _lastOf[checkpoint.RecordingId] = now;
        if (isEnd)
            _lastOf.TryRemove(checkpoint.RecordingId, out _);
        return Wish(checkpoint.TenantId, checkpoint.RecordingId, $"checkpoint-{checkpoint.Part}-{checkpoint.BlockSeq:D6}.tsr", "checkpoint", checkpoint.Envelope);
    }

    /// <summary>The caller saves.</summary>
    public void Add(HubDbContext db, string tenantId, string subject, string name, string ofWhat, string envelope)
    {
        if (IsOn)
            db.Add(Wish(tenantId, subject, name, ofWhat, envelope));
    }

    private TimestampRow Wish(string tenantId, string subject, string name, string ofWhat, string envelope) => new()
    {
        Id = Ids.New(time),
        TenantId = tenantId,
        Subject = subject,
        Name = name,
        OfWhat = ofWhat,
        ImprintHex = SignedText.Sha256(envelope),
        State = "queued",
        WantedAt = time.GetUtcNow(),
        ReplyBase64 = "",
        LastError = "",
    };
}

/// <summary>The timestamps of a recording.</summary>
internal sealed class TimestampBook(HubDbContext db, TimestampQueue queue, TimeProvider time)
{
    /// <summary>How long a seal waits for the timestamp of the recording's end. The authority answers within two looks of the worker, or is away.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    public Task<List<TimestampRow>> OfAsync(string subject, CancellationToken ct) =>
        db.Set<TimestampRow>().AsNoTracking().Where(t => t.Subject == subject).OrderBy(t => t.Name).ToListAsync(ct);

    /// <summary>As <see cref="OfAsync"/>, when none is on its way any more; an authority that is away is not waited for.</summary>
    public async Task<List<TimestampRow>> SettledAsync(string subject, CancellationToken ct)
    {
        var rows = await OfAsync(subject, ct);
        for (var waited = TimeSpan.Zero; waited < LongestWait && rows.Exists(t => t is { State: "queued", Attempts: 0 }); waited += Look)
        {
            await Task.Delay(Look, time, ct);
            rows = await OfAsync(subject, ct);
        }

        return rows;
    }

    /// <summary>"none" (no authority configured), "pending", "late" or "ok".</summary>
    public async Task<string> StateAsync(string subject, CancellationToken ct)
    {
        var states = await db.Set<TimestampRow>().Where(t => t.Subject == subject).Select(t => t.State).Distinct().ToListAsync(ct);
        if (states.Count == 0)
            return queue.IsOn ? "pending" : "none";
        return states.Contains("queued") ? "pending" : states.Contains("late") ? "late" : "ok";
    }
}
