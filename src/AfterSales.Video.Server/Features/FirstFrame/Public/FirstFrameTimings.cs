using System.Diagnostics.Metrics;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AfterSales.Video.Server.Features.FirstFrame.Public;

internal sealed class FirstFrameRow : ITenantRow
{
    public required string Id { get; init; }
    public required string TenantId { get; init; }
    public required string CallId { get; init; }
    public required string ParticipantRole { get; init; }
    public required string Measure { get; init; }
    public required int Milliseconds { get; init; }
    public required DateTimeOffset At { get; init; }
}

internal sealed class FirstFrameRowConfiguration : IEntityTypeConfiguration<FirstFrameRow>
{
    public void Configure(EntityTypeBuilder<FirstFrameRow> builder)
    {
        builder.ToTable("first_frame_timings");
        builder.HasKey(t => t.Id);
    }
}

/// <summary>Times measured in the clients: kept once per call, role and measure, so that no page can shift the percentiles by repeating itself.</summary>
internal sealed class FirstFrameTimings(HubDbContext db, TenantScope tenant, FirstFrameMeter meter, TimeProvider time)
{
    /// <summary>What the percentiles look back on.</summary>
    private const int Window = 1000;

    private const double LongestBelievable = 10 * 60 * 1000;

    private static readonly HashSet<string> Measures = new(StringComparer.Ordinal)
    {
        "agree_to_agent_frame", "agree_to_buyer_audio", "agree_to_buyer_frame", "connect", "resume",
    };

    /// <summary>False when the measure is unknown or the value cannot be true.</summary>
    public async Task<bool> TryKeepAsync(string callId, string role, string measure, double milliseconds, CancellationToken ct)
    {
        if (!Measures.Contains(measure) || !double.IsFinite(milliseconds) || milliseconds is < 0 or > LongestBelievable)
            return false;
        if (await db.Set<FirstFrameRow>().AnyAsync(t => t.CallId == callId && t.ParticipantRole == role && t.Measure == measure, ct))
            return true;
        db.Add(new FirstFrameRow
        {
            Id = Ids.New(time),
            TenantId = tenant.TenantId,
            CallId = callId,
            ParticipantRole = role,
            Measure = measure,
            Milliseconds = (int)Math.Round(milliseconds),
            At = time.GetUtcNow(),
        });
        await db.SaveChangesAsync(ct);
        meter.Record(measure, milliseconds);
        return true;
    }

    public async Task<FirstFrameView> ViewAsync(CancellationToken ct)
    {
        var calls = await db.Set<FirstFrameRow>().Select(t => t.CallId).Distinct().CountAsync(ct);
        return new FirstFrameView(
            calls, await PercentilesAsync("agree_to_agent_frame", ct), await PercentilesAsync("agree_to_buyer_audio", ct), await PercentilesAsync("agree_to_buyer_frame", ct));
    }

    private async Task<Percentiles> PercentilesAsync(string measure, CancellationToken ct)
    {
        var values = await db.Set<FirstFrameRow>().AsNoTracking().Where(t => t.Measure == measure)
            .OrderByDescending(t => t.At).Take(Window).Select(t => t.Milliseconds).ToListAsync(ct);
        return Of(values.Select(v => (double)v).Order().ToList());
    }

    /// <summary>Nearest rank over sorted values.</summary>
    internal static Percentiles Of(IReadOnlyList<double> sorted)
    {
        if (sorted.Count == 0)
            return new Percentiles(0, 0, 0, 0, 0, 0);
        double At(double share) => sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
        return new Percentiles(sorted.Count, At(0.50), At(0.90), At(0.95), At(0.99), sorted[^1]);
    }
}

internal sealed class FirstFrameMeter(IMeterFactory meters)
{
    public const string Name = "aftersales.first_frame";

    private readonly Histogram<double> _durations = meters.Create(Name).CreateHistogram(
        "aftersales.first_frame.duration", "ms", "Times measured in the clients, by measure",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [50, 100, 200, 300, 400, 500, 750, 1000, 1500, 2000, 3000, 5000, 10000] });

    public void Record(string measure, double milliseconds) => _durations.Record(milliseconds, new KeyValuePair<string, object?>("measure", measure));
}
