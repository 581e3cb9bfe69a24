using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AfterSales.Video.Rtc.Client;

namespace AfterSales.Video.Load.Servers;

/// <summary>The client side of WHIP (RFC 9725) and WHEP: one POST to begin, one DELETE to end.</summary>
internal sealed class WhipClient(HttpClient http)
{
    /// <summary>Offers, and applies the answer.</summary>
    /// <param name="bearer">Null without authorisation.</param>
    /// <returns>The session's resource; null when the server names none.</returns>
    public async Task<Uri?> OpenAsync(Uri endpoint, string? bearer, RtcClient client, CancellationToken ct)
    {
        var content = new StringContent(await client.CreateOfferAsync(), Encoding.UTF8, new MediaTypeHeaderValue("application/sdp"));
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = content };
        request.Headers.Authorization = bearer is null ? null : new AuthenticationHeaderValue("Bearer", bearer);
        using var response = await http.SendAsync(request, ct);
        var body = await response.Content.ReadAsStringAsync(ct);
        if (response.StatusCode != HttpStatusCode.Created)
            throw new LoadServerException($"POST {endpoint.AbsolutePath} was answered {(int)response.StatusCode}: {body}");
        var location = response.Headers.TryGetValues("Location", out var values) ? values.First() : "";
        await client.ApplyAnswerAsync(body);
        return WhipLocation.TryResolve(endpoint, location, out var resource) ? resource : null;
    }

    public async Task CloseAsync(Uri resource, string? bearer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, resource);
        request.Headers.Authorization = bearer is null ? null : new AuthenticationHeaderValue("Bearer", bearer);
        using var response = await http.SendAsync(request);
    }
}

/// <summary>Reads the Location header of a WHIP answer, which may be absolute or relative to the endpoint (RFC 9725 §4.2).</summary>
internal static class WhipLocation
{
    private const int MaxLength = 2048;

    /// <summary>False for what is no HTTP address of the endpoint's own host: a bearer token is not for others. Never throws.</summary>
    public static bool TryResolve(Uri endpoint, string? location, out Uri? resource)
    {
        resource = null;
        if (string.IsNullOrWhiteSpace(location) || location.Length > MaxLength || location.Any(char.IsControl))
            return false;
        if (!Uri.TryCreate(endpoint, location, out var resolved) || resolved.Scheme != endpoint.Scheme || !string.Equals(resolved.Authority, endpoint.Authority, StringComparison.OrdinalIgnoreCase))
            return false;
        resource = resolved;
        return true;
    }
}
