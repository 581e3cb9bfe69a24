using System.Globalization;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Server.Features.Signalling;
using AfterSales.Video.Server.IntegrationTests.Support;
using AfterSales.Video.TestKit.Network;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>Credentials for the relay, as a real coturn sees them.</summary>
public sealed class TurnTests(Coturn relay) : IClassFixture<Coturn>
{
    [Fact]
    public async Task A_page_is_let_in_by_the_relay_with_what_it_got_on_joining_and_with_what_it_got_later()
    {
        await using var hub = await TestHub.StartAsync($"--Turn:Urls:0={relay.Url}", $"--Turn:Secret={Coturn.Secret}", "--Turn:Lifetime=00:05:00");
        var call = await hub.CallAsync();
        await using var agent = await hub.CallHubAsStaffAsync();
        var joined = await agent.InvokeAsync<ConnectResult>("Connect", new ConnectRequest(call.Call.CallId, null, 0));
        var server = Assert.Single(joined.IceServers);
        Assert.Equal([relay.Url], server.Urls, StringComparer.Ordinal);
        Assert.EndsWith(":" + joined.ParticipantId, server.Username, StringComparison.Ordinal);
        var expiry = DateTimeOffset.FromUnixTimeSeconds(long.Parse(server.Username!.Split(':')[0], CultureInfo.InvariantCulture));
        Assert.InRange(expiry - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));
        Assert.Equal(0, await TurnAllocation.TryAsync(relay.Port, server.Username, server.Credential!));

        var renewed = await agent.InvokeAsync<IceServersResult>("RenewIceServers", new RenewIceServersRequest());
        Assert.Null(renewed.Code);
        Assert.Equal(0, await TurnAllocation.TryAsync(relay.Port, renewed.IceServers[0].Username!, renewed.IceServers[0].Credential!));
        Assert.DoesNotContain(server.Credential!, hub.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_relay_refuses_what_has_expired_and_what_nobody_signed()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var (past, future) = ($"{now - 1}:b-1", $"{now + 300}:b-1");
        Assert.Equal(401, await TurnAllocation.TryAsync(relay.Port, past, IceServerList.CredentialOf(past, Coturn.Secret)));
        Assert.Equal(401, await TurnAllocation.TryAsync(relay.Port, future, IceServerList.CredentialOf(future, "another secret of sixteen")));
        Assert.Equal(401, await TurnAllocation.TryAsync(relay.Port, future, IceServerList.CredentialOf(past, Coturn.Secret)));
        Assert.Equal(0, await TurnAllocation.TryAsync(relay.Port, future, IceServerList.CredentialOf(future, Coturn.Secret)));
    }

    [Fact]
    public async Task A_page_without_a_place_gets_no_credentials()
    {
        await using var hub = await TestHub.StartAsync($"--Turn:Urls:0={relay.Url}", $"--Turn:Secret={Coturn.Secret}");
        await using var stranger = await hub.CallHubAsStaffAsync();
        var refused = await stranger.InvokeAsync<IceServersResult>("RenewIceServers", new RenewIceServersRequest());
        Assert.Equal("session.rejoin", refused.Code);
        Assert.Empty(refused.IceServers);
    }

    [Theory]
    [InlineData("Turn:Secret is missing", "turn:relay.example", "")]
    [InlineData("Turn:Secret must have at least 16", "turn:relay.example", "short")]
    [InlineData("Turn:Urls is empty", "", "0123456789abcdef")]
    [InlineData("Turn:Urls holds \"stun:relay.example\"", "stun:relay.example", "0123456789abcdef")]
    [InlineData("Turn:Urls holds \"turn:relay.example?transport=sctp\"", "turn:relay.example?transport=sctp", "0123456789abcdef")]
    [InlineData("Turn:Lifetime", "turns:relay.example:443?transport=tcp", "0123456789abcdef", "00:20:00")]
    public void A_wrong_setting_is_refused_with_its_name(string says, string url, string secret, string lifetime = "00:10:00")
    {
        var options = new TurnOptions { Urls = url.Length == 0 ? [] : [url], Secret = secret, Lifetime = TimeSpan.Parse(lifetime, CultureInfo.InvariantCulture) };
        Assert.Contains(says, new TurnOptionsValidator().Validate(null, options).FailureMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("turn:relay.example")]
    [InlineData("turn:192.0.2.7:3478?transport=udp")]
    [InlineData("turns:relay.example:443?transport=tcp")]
    [InlineData("turn:[2001:db8::7]:3478")]
    public void A_right_one_is_taken(string url) =>
        Assert.Equal(ValidateOptionsResult.Success, new TurnOptionsValidator().Validate(null, new TurnOptions { Urls = [url], Secret = "0123456789abcdef" }));
}
