using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace AfterSales.Video.Server.Telemetry;

/// <summary>One labelled series: a sum, a last value, or a histogram with fixed buckets.</summary>
internal sealed class MetricSeries
{
    private static readonly double[] DefaultBuckets = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000];

    private readonly Lock _sync = new();
    private readonly double[] _bounds;
    private readonly long[] _buckets;
    private double _value;
    private long _count;

    private MetricSeries(string name, string labels, string help, string type, bool isSum, double[] bounds)
    {
        (Name, Labels, Help, Type, IsSum) = (name, labels, help, type, isSum);
        _bounds = bounds;
        _buckets = new long[bounds.Length];
    }

    public string Name { get; }
    public string Labels { get; }
    public string Help { get; }
    public string Type { get; }
    private bool IsSum { get; }

    public static MetricSeries For(Instrument instrument, string labels)
    {
        var kind = instrument.GetType().Name;
        var name = NameOf(instrument.Name);
        var help = (instrument.Description ?? instrument.Name) + (instrument.Unit is { Length: > 0 } unit ? $" ({unit})" : "");
        if (kind.StartsWith("Histogram", StringComparison.Ordinal))
        {
            var bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries?.ToArray() ?? DefaultBuckets;
            return new MetricSeries(name, labels, help, "histogram", isSum: true, bounds);
        }

        if (kind.StartsWith("Counter", StringComparison.Ordinal))
            return new MetricSeries(name + "_total", labels, help, "counter", isSum: true, []);
        if (kind.StartsWith("ObservableCounter", StringComparison.Ordinal))
            return new MetricSeries(name + "_total", labels, help, "counter", isSum: false, []);
        return new MetricSeries(name, labels, help, "gauge", kind.StartsWith("UpDownCounter", StringComparison.Ordinal), []);
    }

    public static string NameOf(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    public void Record(double value)
    {
        lock (_sync)
        {
            _value = IsSum ? _value + value : value;
            _count++;
            for (var i = 0; i < _bounds.Length; i++)
            {
                if (value <= _bounds[i])
                    _buckets[i]++;
            }
        }
    }

    public void Write(StringBuilder text)
    {
        lock (_sync)
        {
            if (Type == "histogram")
                WriteHistogram(text);
            else
                text.Append(Name).Append(Braces(Labels)).Append(' ').Append(Number(_value)).Append('\n');
        }
    }

    private void WriteHistogram(StringBuilder text)
    {
        var prefix = Labels.Length == 0 ? "" : Labels + ",";
        for (var i = 0; i < _bounds.Length; i++)
            text.Append(Name).Append("_bucket").Append(Braces($"{prefix}le=\"{Number(_bounds[i])}\"")).Append(' ').Append(_buckets[i]).Append('\n');
        text.Append(Name).Append("_bucket").Append(Braces($"{prefix}le=\"+Inf\"")).Append(' ').Append(_count).Append('\n');
        text.Append(Name).Append("_sum").Append(Braces(Labels)).Append(' ').Append(Number(_value)).Append('\n');
        text.Append(Name).Append("_count").Append(Braces(Labels)).Append(' ').Append(_count).Append('\n');
    }

    private static string Braces(string labels) => labels.Length == 0 ? "" : "{" + labels + "}";

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
