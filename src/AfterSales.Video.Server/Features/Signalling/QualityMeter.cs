using System.Diagnostics.Metrics;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Server.Features.Signalling;

/// <summary>How calls go, for /metrics: one reading a second of each connected participant. Tags are "up"/"down", the four roles and the four paths.</summary>
internal sealed class QualityMeter
{
    public const string Name = "aftersales.quality";

    private static readonly KeyValuePair<string, object?> Up = new("direction", "up");
    private static readonly KeyValuePair<string, object?> Down = new("direction", "down");

    private readonly Histogram<double> _loss;
    private readonly Histogram<double> _jitter;
    private readonly Histogram<double> _roundTrip;
    private readonly Counter<long> _repaired;
    private readonly Counter<long> _freezes;
    private readonly Counter<long> _frozen;
    private readonly Counter<long> _reports;

    public QualityMeter(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _loss = meter.CreateHistogram("aftersales.quality.loss", "%", "Packets lost before repair, by the second", advice: Buckets(0, 1, 2, 3, 5, 10, 20, 50));
        _jitter = meter.CreateHistogram("aftersales.quality.jitter", "ms", "Interarrival jitter, by the second", advice: Buckets(1, 2, 5, 10, 20, 50, 100, 200));
        _roundTrip = meter.CreateHistogram("aftersales.quality.round_trip", "ms", "Round trip, by the second", advice: Buckets(10, 25, 50, 100, 200, 300, 600, 1000, 2000));
        _repaired = meter.CreateCounter<long>("aftersales.quality.repaired_packets", "{packet}", "Lost packets that came again in time");
        _freezes = meter.CreateCounter<long>("aftersales.quality.freezes", "{freeze}", "Pictures that stood still, as the pages report, by who saw it");
        _frozen = meter.CreateCounter<long>("aftersales.quality.frozen_time", "ms", "How long they stood still");
        _reports = meter.CreateCounter<long>("aftersales.quality.reports", "{report}", "Reports of the pages by the path their media took: udp, tcp or relay");
    }

    public void Record(ParticipantQuality quality)
    {
        _loss.Record(quality.UplinkLoss * 100, Up);
        _loss.Record(quality.DownlinkLoss * 100, Down);
        _jitter.Record(quality.UplinkJitterMs, Up);
        _jitter.Record(quality.DownlinkJitterMs, Down);
        if (quality.RoundTripMs > 0)
            _roundTrip.Record(quality.RoundTripMs);
        if (quality.RepairedPackets > 0)
            _repaired.Add(quality.RepairedPackets);
    }

    public void Record(string role, ReportQualityRequest seen)
    {
        var tag = new KeyValuePair<string, object?>("role", role);
        _reports.Add(1, tag, new KeyValuePair<string, object?>("path", seen.Path.Length == 0 ? "unknown" : seen.Path));
        if (seen.Freezes == 0)
            return;
        _freezes.Add(seen.Freezes, tag);
        _frozen.Add((long)seen.FrozenMs, tag);
    }

    private static InstrumentAdvice<double> Buckets(params double[] bounds) => new() { HistogramBucketBoundaries = bounds };
}
