namespace AfterSales.Video.Server.IntegrationTests.Support;

/// <summary>The real clock plus what a test moved it on by.</summary>
public sealed class ShiftedTime : TimeProvider
{
    private long _shiftTicks;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _shiftTicks));

    public void Advance(TimeSpan span) => Interlocked.Add(ref _shiftTicks, span.Ticks);
}
