using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AfterSales.Video.Contracts.Hubs;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Signalling;

/// <summary>
/// The STUN and TURN servers a page is told, with a credential of its own for ours (draft-uberti-behave-turn-rest-00 §2.2, coturn's use-auth-secret): nothing is
/// stored or asked, the relay recomputes it. Never logged.
/// </summary>
internal sealed class IceServerList(IOptions<SignallingOptions> signalling, IOptions<TurnOptions> turn, TimeProvider time)
{
    /// <param name="participantId">Becomes part of the username, so that the relay's log can be matched with a call. Says nothing about the person.</param>
    public IReadOnlyList<IceServer> For(string participantId)
    {
        var others = signalling.Value.IceServers.Select(s => new IceServer(s.Urls, s.Username, s.Credential));
        return turn.Value.Enabled ? [.. others, Relay(participantId)] : [.. others];
    }

    private IceServer Relay(string participantId)
    {
        var expiry = (time.GetUtcNow() + turn.Value.Lifetime).ToUnixTimeSeconds();
        var username = string.Create(CultureInfo.InvariantCulture, $"{expiry}:{participantId}");
        return new IceServer(turn.Value.Urls, username, CredentialOf(username, turn.Value.Secret));
    }

    internal static string CredentialOf(string username, string secret) =>
        Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(username)));
}
