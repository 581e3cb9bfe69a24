using System.ComponentModel.DataAnnotations;

namespace AfterSales.Video.Server.Features.EvidenceKeys.Public;

/// <summary>Section "Evidence": keys and timestamps.</summary>
internal sealed class EvidenceOptions : IValidatableObject
{
    public const string Section = "Evidence";

    /// <summary>Where the public keys are; in the exports' README too.</summary>
    public const string PublishedAt = "/.well-known/aftersales-evidence-keys.json";

    /// <summary>Folder of signing and wrapping keys; empty puts them into the data folder. Back up both it and the database, in different places: both together open everything.</summary>
    public string KeysFolder { get; set; } = "";

    /// <summary>RFC 3161 authority, for example https://freetsa.org/tsr; empty makes no timestamps.</summary>
    public string TimestampUrl { get; set; } = "";

    /// <summary>PEM file of the authority's root certificates: replies of anybody else are refused.</summary>
    public string TimestampRoots { get; set; } = "";

    /// <summary>How often a running recording gets a timestamp. The promise is a minute.</summary>
    public TimeSpan TimestampInterval { get; set; } = TimeSpan.FromSeconds(50);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (TimestampUrl.Length > 0 && (!Uri.TryCreate(TimestampUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")))
            yield return new ValidationResult("Evidence:TimestampUrl must be an address like https://tsa.example.com/tsr.", [nameof(TimestampUrl)]);
        if (TimestampUrl.Length > 0 && !File.Exists(TimestampRoots))
            yield return new ValidationResult("Evidence:TimestampRoots must name a PEM file with the authority's root certificate when Evidence:TimestampUrl is set.", [nameof(TimestampRoots)]);
        if (TimestampInterval < TimeSpan.FromSeconds(5) || TimestampInterval > TimeSpan.FromMinutes(1))
            yield return new ValidationResult("Evidence:TimestampInterval must be between 00:00:05 and 00:01:00.", [nameof(TimestampInterval)]);
    }
}
