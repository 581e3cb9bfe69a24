using System.ComponentModel.DataAnnotations;

namespace AfterSales.Video.Server.Features.Calls.Public;

/// <summary>Section "Calls".</summary>
internal sealed class CallOptions : IValidatableObject
{
    public const string Section = "Calls";

    /// <summary>The merchant's name as buyers know it; they must recognise who calls.</summary>
    [Required, StringLength(60, MinimumLength = 1)]
    public string ShopName { get; set; } = "After-sales service";

    /// <summary>Calls that are not ended. What a 2-core machine carries with recording, with room to spare; new ones are refused above it.</summary>
    [Range(1, 10_000)]
    public int MaxConcurrent { get; set; } = 100;

    /// <summary>How long an unopened link works: a day covers "I'll do it tonight". Never longer, a link is a key.</summary>
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>A live call nobody is in any more ends after this; people coming back from a tunnel are still in time.</summary>
    public TimeSpan EmptyTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>After a crash, how long a live call waits for the first of its people: their pages try for two minutes from the loss on.</summary>
    public TimeSpan ReturnTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>No support call is longer; a forgotten tab must not record for days.</summary>
    public TimeSpan MaxDuration { get; set; } = TimeSpan.FromHours(4);

    /// <summary>How often forgotten calls are looked for.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Stated in the consent notice and kept to by retention.</summary>
    [Range(1, 3650)]
    public int RetentionDays { get; set; } = 180;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LinkLifetime <= TimeSpan.Zero || LinkLifetime > TimeSpan.FromHours(24))
            yield return new ValidationResult("Calls:LinkLifetime must be more than 0 and at most 1.00:00:00 (24 hours).", [nameof(LinkLifetime)]);
        if (EmptyTimeout < TimeSpan.FromSeconds(10))
            yield return new ValidationResult("Calls:EmptyTimeout must be at least 00:00:10.", [nameof(EmptyTimeout)]);
        if (ReturnTimeout < TimeSpan.FromSeconds(10))
            yield return new ValidationResult("Calls:ReturnTimeout must be at least 00:00:10.", [nameof(ReturnTimeout)]);
        if (MaxDuration < TimeSpan.FromMinutes(1))
            yield return new ValidationResult("Calls:MaxDuration must be at least 00:01:00.", [nameof(MaxDuration)]);
        if (SweepInterval < TimeSpan.FromSeconds(1))
            yield return new ValidationResult("Calls:SweepInterval must be at least 00:00:01.", [nameof(SweepInterval)]);
    }
}
