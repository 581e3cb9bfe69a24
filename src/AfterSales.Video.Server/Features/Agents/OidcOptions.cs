using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Agents;

/// <summary>Section "Oidc": staff tokens of an identity provider, off until Issuer is set.</summary>
internal sealed class OidcOptions
{
    public const string Section = "Oidc";

    /// <summary>Exact "iss" of accepted tokens.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>Exact "aud" of accepted tokens.</summary>
    public string Audience { get; set; } = "";

    /// <summary>Where the provider publishes its keys (…/.well-known/openid-configuration is added). Either this or SigningKeysFile.</summary>
    public string Authority { get; set; } = "";

    /// <summary>A JSON Web Key Set on disk, for providers without a network path from here.</summary>
    public string SigningKeysFile { get; set; } = "";

    /// <summary>Asymmetric only: with a shared-secret algorithm the provider's public key could be used to sign.</summary>
    public IReadOnlyList<string> Algorithms { get; set; } = ["RS256", "ES256"];

    /// <summary>Exact "typ" header (RFC 9068), so that an id token is not taken for an access token.</summary>
    public string TokenType { get; set; } = "at+jwt";

    /// <summary>The claim that holds the words agent, reviewer, supervisor, admin.</summary>
    public string RoleClaim { get; set; } = "roles";

    /// <summary>The tenant of everyone who comes this way.</summary>
    public string TenantId { get; set; } = Data.TenantScope.Default;

    public bool Enabled => Issuer.Length > 0;
}

internal sealed class OidcOptionsValidator : IValidateOptions<OidcOptions>
{
    private static readonly HashSet<string> Asymmetric = new(StringComparer.Ordinal) { "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512" };

    public ValidateOptionsResult Validate(string? name, OidcOptions options)
    {
        if (!options.Enabled)
            return ValidateOptionsResult.Success;
        var faults = new List<string>();
        if (options.Audience.Length == 0)
            faults.Add("Oidc:Audience is missing: write the audience your provider puts into access tokens for this hub.");
        if ((options.Authority.Length == 0) == (options.SigningKeysFile.Length == 0))
            faults.Add("Oidc:Authority or Oidc:SigningKeysFile is needed, and only one of them.");
        if (options.SigningKeysFile.Length > 0 && !File.Exists(options.SigningKeysFile))
            faults.Add("Oidc:SigningKeysFile names a file that does not exist: write the path of a JSON Web Key Set.");
        if (options.Algorithms.Count == 0 || options.Algorithms.Any(a => !Asymmetric.Contains(a)))
            faults.Add("Oidc:Algorithms may hold RS*, PS* and ES* only.");
        if (options.TokenType.Length == 0)
            faults.Add("Oidc:TokenType is empty: write the \"typ\" of access tokens, usually at+jwt.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
