using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace AfterSales.Video.Server.Telemetry;

/// <summary>
/// Listens to this program's meters ("aftersales.*") and writes them in Prometheus' text format 0.0.4. Tags are bounded by
/// the instruments; a series above the cap is dropped and counted.
/// </summary>
internal sealed class PrometheusMeters : IHostedService, IDisposable
{
    private const int MaxSeries = 2000;

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private long _dropped;

    public PrometheusMeters(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // A listener hears the whole process; what another host's factory made would overwrite our series.
            if (instrument.Name.StartsWith("aftersales.", StringComparison.Ordinal) && (instrument.Meter.Scope is null || instrument.Meter.Scope == meters))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var family in _series.Values.GroupBy(s => s.Name, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var first = family.First();
            text.Append($"# HELP {family.Key} {first.Help}\n# TYPE {family.Key} {first.Type}\n");
            foreach (var series in family.OrderBy(s => s.Labels, StringComparer.Ordinal))
                series.Write(text);
        }

        text.Append($"# TYPE aftersales_process_working_set_bytes gauge\naftersales_process_working_set_bytes {Environment.WorkingSet}\n");
        text.Append($"# TYPE aftersales_metrics_series_dropped_total counter\naftersales_metrics_series_dropped_total {Interlocked.Read(ref _dropped)}\n");
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = Labels(tags);
        var key = instrument.Name + labels;
        if (!_series.TryGetValue(key, out var series))
        {
            if (_series.Count >= MaxSeries)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }

            series = _series.GetOrAdd(key, _ => MetricSeries.For(instrument, labels));
        }

        series.Record(value);
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            var escaped = Convert.ToString(value, CultureInfo.InvariantCulture)?.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append(text.Length == 0 ? "" : ",").Append(MetricSeries.NameOf(name)).Append("=\"").Append(escaped).Append('"');
        }

        return text.ToString();
    }
}
