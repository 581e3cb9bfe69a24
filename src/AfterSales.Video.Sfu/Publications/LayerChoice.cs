namespace AfterSales.Video.Sfu.Publications;

/// <summary>
/// Which of a publication's encodings its viewers can take: down at once, up when there has been room for a while, or every gain of a link would cost a key
/// frame and the next loss another. Pure.
/// </summary>
internal struct LayerChoice
{
    /// <summary>Room there must be above a layer's rate before it is chosen, and for how many seconds.</summary>
    private const double Room = 1.25;
    private const int Patience = 3;

    private int _roomy;

    /// <param name="rates">What each encoding sent in the last second; 0 for one that is off.</param>
    /// <param name="current">Position of the one that plays.</param>
    /// <param name="shareBps">What the poorest viewer can take.</param>
    /// <returns>Position of the one to play. Called once a second.</returns>
    public int Choose(ReadOnlySpan<long> rates, int current, long shareBps)
    {
        if (rates[current] == 0 || rates[current] > shareBps)
        {
            _roomy = 0;
            return Best(rates, shareBps, current);
        }
        var better = Best(rates, (long)(Math.Min(shareBps, long.MaxValue / 2) / Room), current);
        if (rates[better] <= rates[current] * Room)
            better = current;
        _roomy = better == current ? 0 : _roomy + 1;
        if (_roomy < Patience)
            return current;
        _roomy = 0;
        return better;
    }

    /// <summary>The highest that fits, else the lowest that sends.</summary>
    private static int Best(ReadOnlySpan<long> rates, long limitBps, int otherwise)
    {
        var best = -1;
        var lowest = -1;
        for (var i = 0; i < rates.Length; i++)
        {
            if (rates[i] == 0)
                continue;
            if (lowest < 0 || rates[i] < rates[lowest])
                lowest = i;
            if (rates[i] <= limitBps && (best < 0 || rates[i] > rates[best]))
                best = i;
        }
        return best >= 0 ? best : lowest >= 0 ? lowest : otherwise;
    }
}
