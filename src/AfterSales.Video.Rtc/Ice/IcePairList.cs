namespace AfterSales.Video.Rtc.Ice;

/// <summary>The pairs of a full agent, of the current generation and, during a restart, the selected one of the old.</summary>
internal sealed class IcePairList : List<IcePair>
{
    public IcePair? Find(IcePath path, IceCheckCredentials? credentials) =>
        Find(pair => pair.Credentials == credentials && pair.Fits(path));

    public IcePair? FindTransaction(StunMessage message)
    {
        foreach (var pair in this)
        {
            if (message.TransactionId.SequenceEqual(pair.Transaction))
            {
                return pair;
            }
        }

        return null;
    }

    /// <summary>The best pair whose check is due; first checks also wait for the pace.</summary>
    public IcePair? NextDue(long nowNs, long paceNs)
    {
        IcePair? best = null;
        foreach (var pair in this)
        {
            var isDue = pair.DueNs <= nowNs && (pair.State != IcePairState.Waiting || paceNs <= nowNs);
            if (isDue && (best is null || pair.Priority > best.Priority))
            {
                best = pair;
            }
        }

        return best;
    }

    public long NextDueNs(long paceNs)
    {
        var next = long.MaxValue;
        foreach (var pair in this)
        {
            next = Math.Min(next, pair.State == IcePairState.Waiting ? Math.Max(pair.DueNs, paceNs) : pair.DueNs);
        }

        return next;
    }
}
