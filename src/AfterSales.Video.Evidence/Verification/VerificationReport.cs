using System.Text.Json;
using System.Text.Json.Serialization;

namespace AfterSales.Video.Evidence.Verification;

/// <summary>What a verification comes to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
public enum Verdict
{
    /// <summary>Everything that was checked fits together, and everything that must be there is.</summary>
    Verified,

    /// <summary>Something was changed, cut, or is not what it says it is.</summary>
    Failed,

    /// <summary>Nothing contradicts, but something is missing without which it cannot be said.</summary>
    Incomplete,
}

[JsonConverter(typeof(JsonStringEnumConverter<CheckOutcome>))]
public enum CheckOutcome
{
    Passed,

    /// <summary>Passed, with something a reader should know.</summary>
    Note,
    Incomplete,
    Failed,
}

/// <param name="Name">What was checked, for example "journal".</param>
/// <param name="Where">File, part, block or field; empty for the whole.</param>
/// <param name="Text">For people: what was found.</param>
public sealed record VerificationCheck(string Name, CheckOutcome Outcome, string Where, string Text);

/// <param name="Where">Place of the first thing at fault; empty when Verified.</param>
/// <param name="Why">In words; for Verified, "recovered, loss ≤ N ms" or empty.</param>
/// <param name="RecordingId">From the signed manifest; empty when there is none.</param>
/// <param name="SigningKeyIds">Keys whose signatures were accepted: compare them with the published ones.</param>
/// <param name="KeysTrusted">True when the keys were given by the verifying person; false when they came with the export.</param>
public sealed record VerificationReport(
    Verdict Verdict, string Where, string Why, string RecordingId, bool Recovered, long LossMs, IReadOnlyList<string> SigningKeyIds, bool KeysTrusted,
    IReadOnlyList<VerificationCheck> Checks)
{
    /// <summary>"Verified", "Verified (recovered, loss ≤ 200 ms)", "Failed (where: why)", "Incomplete (why)".</summary>
    [JsonIgnore]
    public string Headline => Verdict switch
    {
        Verdict.Verified => Why.Length == 0 ? "Verified" : $"Verified ({Why})",
        Verdict.Failed => $"Failed ({Where}: {Why})",
        _ => $"Incomplete ({Where}: {Why})",
    };

    /// <summary>0 Verified, 1 Failed, 2 Incomplete.</summary>
    [JsonIgnore]
    public int ExitCode => (int)Verdict;

    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Default.VerificationReport);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(VerificationReport))]
internal sealed partial class ReportJson : JsonSerializerContext;

/// <param name="TrustedKeyIds">When not empty, only signatures of these keys count.</param>
/// <param name="Published">The merchant's published key set, when the verifying person fetched it: used instead of the export's keys.json. It knows of
/// revocations the export does not.</param>
/// <param name="TsaRoots">Roots of time-stamping authorities the verifying person trusts; null: those that came with the export, which is told.</param>
public sealed record VerificationOptions(
    IReadOnlyCollection<string> TrustedKeyIds, Timestamps.TimestampRoots? TsaRoots, Signing.EvidenceKeySet? Published = null)
{
    /// <summary>True when the verifying person said which keys count.</summary>
    public bool TrustsKeys => TrustedKeyIds.Count > 0 || Published is not null;

    public static VerificationOptions None { get; } = new([], null);
}
