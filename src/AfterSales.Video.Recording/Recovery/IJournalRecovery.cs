namespace AfterSales.Video.Recording.Recovery;

/// <summary>Finds journals without an END record at start, cuts back to the last whole block and closes them as recovered.</summary>
public interface IJournalRecovery
{
    /// <summary>Idempotent. A journal that cannot be read at all is reported with its reason, never deleted.</summary>
    Task<IReadOnlyList<RecoveredJournal>> RecoverAsync(CancellationToken ct);
}

/// <param name="JournalPath">The first part.</param>
/// <param name="Outcome">"complete" (had its END), "recovered" (cut back and closed), "unreadable".</param>
public sealed record RecoveredJournal(string RecordingId, string JournalPath, string Outcome, string Reason, long Blocks, TimeSpan Duration)
{
    public string TenantId { get; init; } = "";

    /// <summary>What is missing at the end at most; null for a complete recording and for one closed by an earlier recovery.</summary>
    public TimeSpan? Loss { get; init; }
}
