using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Features.Whip;
using AfterSales.Video.Server.IntegrationTests.Support;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>RFC 9725 over HTTP; media through it is in tests/interop with a client we did not write.</summary>
public sealed class WhipTests(SharedHub shared) : IClassFixture<SharedHub>
{
    [Fact]
    public async Task A_client_publishes_restarts_and_ends()
    {
        var token = await TokenAsync("buyer");
        using var client = shared.Hub.Client(token.Token);
        using var opened = await client.PostAsync(token.WhipUrl, Sdp(Offer));
        Assert.True(opened.StatusCode == HttpStatusCode.Created, await opened.Content.ReadAsStringAsync());
        Assert.Equal("application/sdp", opened.Content.Headers.ContentType!.MediaType);
        var answer = await opened.Content.ReadAsStringAsync();
        Assert.Contains("a=ice-lite", answer, StringComparison.Ordinal);
        Assert.Contains("a=recvonly", answer, StringComparison.Ordinal);
        var location = opened.Headers.Location!;
        var tag = opened.Headers.ETag!;

        Assert.Equal(HttpStatusCode.NoContent, (await PatchAsync(client, location, "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n", tag.ToString())).StatusCode);
        Assert.Equal(428, (int)(await PatchAsync(client, location, "a=end-of-candidates\r\n", null)).StatusCode);
        Assert.Equal(412, (int)(await PatchAsync(client, location, "a=end-of-candidates\r\n", "\"other\"")).StatusCode);
        using var restarted = await PatchAsync(client, location, "a=ice-ufrag:newU\r\na=ice-pwd:anotherpasswordof22chars\r\n", "*");
        Assert.Equal(HttpStatusCode.OK, restarted.StatusCode);
        Assert.NotEqual(tag, restarted.Headers.ETag);
        Assert.Contains("a=ice-pwd:", await restarted.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync(location)).StatusCode);
        await (await client.DeleteAsync(location)).ShouldBeAsync(404, ProblemCodes.NotFound);
    }

    [Fact]
    public async Task Refusals_are_problems()
    {
        var token = await TokenAsync("agent");
        using var client = shared.Hub.Client(token.Token);
        using var stranger = shared.Hub.Client("nonsense");
        using var options = await client.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/whip"));
        Assert.Equal("application/sdp", options.Headers.GetValues("Accept-Post").Single());
        await (await stranger.PostAsync("/whip", Sdp(Offer))).ShouldBeAsync(401, ProblemCodes.Unauthenticated);
        await (await client.PostAsync("/whip", new StringContent(Offer))).ShouldBeAsync(415, ProblemCodes.RequestInvalid);
        await (await client.PostAsync("/whip", Sdp("not sdp"))).ShouldBeAsync(400, ProblemCodes.SdpRefused);
        await (await client.PostAsync("/whip", Sdp(new string('a', 16 * 1024 + 1)))).ShouldBeAsync(413, ProblemCodes.RequestTooLarge);
        await (await client.GetAsync("/whip")).ShouldBeAsync(405, ProblemCodes.RequestInvalid);
        await (await client.DeleteAsync("/whip/none")).ShouldBeAsync(404, ProblemCodes.NotFound);
    }

    [Fact]
    public async Task A_token_reaches_only_its_own_session_and_ends_with_the_call()
    {
        var call = await shared.Hub.CallAsync();
        var (mine, other) = (await TokenAsync("agent", call), await TokenAsync("expert", call));
        using var client = shared.Hub.Client(mine.Token);
        using var opened = await client.PostAsync("/whep", Sdp(Offer.Replace("sendonly", "recvonly", StringComparison.Ordinal)));
        Assert.True(opened.StatusCode == HttpStatusCode.Created, await opened.Content.ReadAsStringAsync());
        using var foreign = shared.Hub.Client(other.Token);
        await (await foreign.DeleteAsync(opened.Headers.Location)).ShouldBeAsync(404, ProblemCodes.NotFound);

        using var admin = shared.Hub.Admin();
        await admin.PostOkAsync<CallView>($"/api/calls/{call.Call.CallId}/end", null);
        await (await client.PostAsync("/whip", Sdp(Offer))).ShouldBeAsync(409, ProblemCodes.CallEnded);
    }

    [Fact]
    public async Task A_buyer_token_needs_stated_consent()
    {
        var call = await shared.Hub.CallAsync();
        using var admin = shared.Hub.Admin();
        await admin.PostRefusedAsync($"/api/calls/{call.Call.CallId}/media-tokens", new MediaTokenRequest("buyer", "B", false, "en"), 409, ProblemCodes.ConsentRequired);
        await admin.PostRefusedAsync($"/api/calls/{call.Call.CallId}/media-tokens", new MediaTokenRequest("owner", "B", true, "en"), 400, ProblemCodes.RequestInvalid);
    }

    [Theory]
    [InlineData("a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n", true)]
    [InlineData("a=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\n", true)]
    [InlineData("a=ice-ufrag:abcd\r\n", false)]
    [InlineData("a=ice-ufrag:ab\r\na=ice-pwd:0123456789012345678901\r\n", false)]
    [InlineData("a=ice-ufrag:ab cd\r\na=ice-pwd:0123456789012345678901\r\n", false)]
    [InlineData("", false)]
    public void A_fragment_is_a_restart_only_with_whole_credentials(string fragment, bool isRestart) =>
        Assert.Equal(isRestart, SdpFragment.TryReadCredentials(fragment, out _, out _));

    private async Task<MediaTokenView> TokenAsync(string role, CallCreatedView? call = null)
    {
        call ??= await shared.Hub.CallAsync();
        using var admin = shared.Hub.Admin();
        return await admin.PostOkAsync<MediaTokenView>($"/api/calls/{call.Call.CallId}/media-tokens", new MediaTokenRequest(role, role, true, "en"));
    }

    private static StringContent Sdp(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("application/sdp"));

    private static Task<HttpResponseMessage> PatchAsync(HttpClient client, Uri location, string fragment, string? ifMatch)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, location)
        {
            Content = new StringContent(fragment, Encoding.UTF8, new MediaTypeHeaderValue("application/trickle-ice-sdpfrag")),
        };
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return client.SendAsync(request);
    }

    private static readonly string Offer = string.Join("\r\n",
        "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0", "a=ice-ufrag:abcd", "a=ice-pwd:0123456789012345678901",
        "a=fingerprint:sha-256 " + string.Join(':', Enumerable.Repeat("AB", 32)), "a=setup:actpass", "a=mid:0", "a=sendonly", "a=rtcp-mux", "a=rtpmap:111 opus/48000/2",
        "m=video 9 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 0.0.0.0", "a=ice-ufrag:abcd", "a=ice-pwd:0123456789012345678901",
        "a=fingerprint:sha-256 " + string.Join(':', Enumerable.Repeat("AB", 32)), "a=setup:actpass", "a=mid:1", "a=sendonly", "a=rtcp-mux", "a=rtpmap:96 VP8/90000", "");
}
