using System.Runtime.CompilerServices;

namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>Bits per second over the last half second, by the time each packet carries (that of sending or of arriving). Times start near 0 and may come slightly out of order.</summary>
internal struct RateWindow
{
    private const long BucketNs = 50_000_000;
    private const int Buckets = 10;

    /// <summary>Less than this says little.</summary>
    private const long ShortestNs = 150_000_000;

    private Ring _bytes;
    private long _newest;
    private long _first;
    private long _latestNs;
    private bool _isSet;

    public void Add(long atNs, int bytes)
    {
        atNs = Math.Max(0, atNs);
        var bucket = atNs / BucketNs;
        if (!_isSet)
            (_isSet, _first, _newest, _latestNs) = (true, bucket, bucket, atNs);
        if (bucket <= _newest - Buckets)
            return;
        // After a pause the rate is that of the new beginning.
        if (bucket > _newest + Buckets)
            _first = bucket;
        for (var i = Math.Max(_newest + 1, bucket - Buckets + 1); i <= bucket; i++)
            _bytes[(int)(i % Buckets)] = 0;
        if (bucket > _newest + Buckets)
        {
            for (var i = 0; i < Buckets; i++)
                _bytes[i] = 0;
        }
        _newest = Math.Max(_newest, bucket);
        _latestNs = Math.Max(_latestNs, atNs);
        _bytes[(int)(bucket % Buckets)] += bytes;
    }

    /// <summary>0 while too little is known.</summary>
    public readonly long BitsPerSecond
    {
        get
        {
            if (!_isSet)
                return 0;
            long sum = 0;
            for (var i = 0; i < Buckets; i++)
                sum += _bytes[i];
            var span = _latestNs - (Math.Max(_first, _newest - Buckets + 1) * BucketNs);
            return span < ShortestNs ? 0 : (long)(sum * 8e9 / span);
        }
    }

    [InlineArray(Buckets)]
    private struct Ring
    {
        private long _first;
    }
}
