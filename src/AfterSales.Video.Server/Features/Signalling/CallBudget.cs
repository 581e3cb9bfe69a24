using Microsoft.AspNetCore.SignalR;

namespace AfterSales.Video.Server.Features.Signalling;

internal enum BudgetVerdict
{
    Fine,
    TooMany,

    /// <summary>Refusals do not slow it down: cut it.</summary>
    Flood,
}

/// <summary>A token bucket for one connection. SignalR runs a connection's calls one after the other, so no lock.</summary>
internal sealed class CallBudget(SignallingOptions options, TimeProvider time)
{
    private static readonly object Key = new();
    private const int RefusalsBeforeCut = 500;

    private double _tokens = options.CallBurst;
    private long _filledAt = time.GetTimestamp();
    private int _refusals;

    public static CallBudget Of(HubCallerContext context, SignallingOptions options, TimeProvider time)
    {
        if (context.Items.TryGetValue(Key, out var known))
            return (CallBudget)known!;
        var budget = new CallBudget(options, time);
        context.Items[Key] = budget;
        return budget;
    }

    public BudgetVerdict Take()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(options.CallBurst, _tokens + time.GetElapsedTime(_filledAt, now).TotalSeconds * options.CallsPerSecond);
        _filledAt = now;
        if (_tokens < 1)
            return ++_refusals > RefusalsBeforeCut ? BudgetVerdict.Flood : BudgetVerdict.TooMany;
        _tokens--;
        return BudgetVerdict.Fine;
    }
}
