using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Signalling;

/// <summary>Section "Turn": a relay (coturn) for people whose network lets neither our UDP nor our TCP port through. Off until Urls is set.</summary>
internal sealed class TurnOptions
{
    public const string Section = "Turn";

    /// <summary>As pages get them: turn:relay.example:3478?transport=udp, turn:relay.example:3478?transport=tcp, turns:relay.example:443?transport=tcp.</summary>
    public IReadOnlyList<string> Urls { get; set; } = [];

    /// <summary>The same as coturn's static-auth-secret.</summary>
    public string Secret { get; set; } = "";

    /// <summary>
    /// How long a credential opens new allocations. Pages get a fresh one for each restart, and what is allocated lives on, so short costs nothing:
    /// whoever copies one out of a page can use the relay for so long. Pages take credentials for fresh for 4 minutes.
    /// </summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(10);

    public bool Enabled => Urls.Count > 0;
}

internal sealed partial class TurnOptionsValidator : IValidateOptions<TurnOptions>
{
    /// <summary>coturn takes any; a guessable one lends the relay to the world.</summary>
    private const int ShortestSecret = 16;

    /// <summary>A page allocates from each server of the list at once; browsers warn above four.</summary>
    private const int MostUrls = 6;

    public ValidateOptionsResult Validate(string? name, TurnOptions options)
    {
        var faults = new List<string>();
        if (options.Enabled && options.Secret.Length == 0)
            faults.Add("Turn:Secret is missing: write the same as static-auth-secret in turnserver.conf.");
        if (options.Secret.Length is > 0 and < ShortestSecret)
            faults.Add($"Turn:Secret must have at least {ShortestSecret} characters: for example the output of openssl rand -hex 24.");
        if (!options.Enabled && options.Secret.Length > 0)
            faults.Add("Turn:Urls is empty although Turn:Secret is set: write for example Turn:Urls:0=turn:relay.example:3478?transport=udp.");
        if (options.Urls.Count > MostUrls)
            faults.Add($"Turn:Urls may have at most {MostUrls}: pages try all of them at once.");
        if (options.Urls.FirstOrDefault(url => !TurnUri().IsMatch(url)) is { } wrong)
            faults.Add($"Turn:Urls holds \"{wrong}\": write turn: or turns:, a host, a port if it is not 3478 or 5349, and ?transport=udp or ?transport=tcp (RFC 7065).");
        if (options.Lifetime < TimeSpan.FromMinutes(5) || options.Lifetime > TimeSpan.FromMinutes(10))
            faults.Add("Turn:Lifetime must be between 00:05:00 and 00:10:00.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    [GeneratedRegex(@"^turns?:([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(\?transport=(udp|tcp))?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TurnUri();
}
