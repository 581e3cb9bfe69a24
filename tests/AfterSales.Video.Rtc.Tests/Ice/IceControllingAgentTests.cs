using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Ice;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Rtc.Tests.Ice;

public sealed class IceControllingAgentTests
{
    private static readonly TransportAddress Server = TransportAddress.FromIPv4(0xCB007101, 443);
    private static readonly TransportAddress Wifi = TransportAddress.FromIPv4(0xC0A80105, 50000);
    private static readonly TransportAddress Cellular = TransportAddress.FromIPv4(0x0A000001, 50001);
    private static readonly IceCandidate ServerCandidate = IceCandidate.Host(Server);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static TheoryData<int, double, IceNomination> Losses()
    {
        var data = new TheoryData<int, double, IceNomination>();
        for (var seed = 1; seed <= 10; seed++)
        {
            data.Add(seed, 0, IceNomination.Regular);
            data.Add(seed, 0.3, IceNomination.Regular);
            data.Add(seed, 0.3, IceNomination.Aggressive);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_client_connects_to_the_lite_server_through_loss(int seed, double loss, IceNomination nomination)
    {
        var world = new World(seed, loss, nomination);
        Assert.True(world.Connect(), $"seed {seed}");
        Assert.True(world.Network.RunUntil(() => world.Lite.SelectedPath.Remote == world.Client.SelectedPath.Local, Patience), $"seed {seed}");
        Assert.True(loss > 0 || world.Client.SelectedPath.Local == Wifi, "The better path wins where nothing is lost.");
        Assert.InRange(world.Network.Sent, 2, 100);
    }

    [Fact]
    public void Without_loss_two_round_trips_are_enough()
    {
        var world = new World(seed: 1, loss: 0, IceNomination.Regular);
        Assert.True(world.Connect());
        Assert.InRange(world.Network.NowNs, 0, 250_000_000);
    }

    [Fact]
    public void Consent_checks_go_on_every_five_seconds_or_so_and_keep_both_sides_alive()
    {
        var world = new World(seed: 2, loss: 0, IceNomination.Regular);
        world.Connect();
        var before = world.Network.Sent;
        world.Network.RunUntil(() => false, TimeSpan.FromSeconds(120));
        Assert.InRange((world.Network.Sent - before) / 2, 18, 32);
        Assert.Equal(IceAgentState.Connected, world.Client.State);
        Assert.True(world.Lite.HasConsent(world.Network.NowNs));
    }

    [Fact]
    public void A_client_whose_server_falls_silent_gives_up_after_thirty_seconds()
    {
        var world = new World(seed: 3, loss: 0, IceNomination.Regular);
        world.Connect();
        var silentSince = world.Network.NowNs;
        world.Network.Listen(Server, (ReadOnlySpan<byte> _, IcePath _, long _, Span<byte> _, out int length) => (length = 0) == 1);
        Assert.True(world.Network.RunUntil(() => world.Client.State == IceAgentState.Failed, TimeSpan.FromSeconds(60)));
        Assert.InRange(world.Network.NowNs - silentSince, 24_000_000_000, 37_000_000_000);
    }

    [Fact]
    public void A_restart_moves_to_another_network_without_a_moment_without_path()
    {
        var world = new World(seed: 4, loss: 0.2, IceNomination.Regular);
        world.Connect();
        world.Network.RunUntil(() => world.Lite.HasSelectedPath, Patience);
        world.WifiIsUp = false;
        world.Restart();
        Assert.True(world.Client.HasSelectedPath);
        Assert.True(world.Lite.HasSelectedPath);
        Assert.True(world.Network.RunUntil(() => world.Client.SelectedPath.Local == Cellular, Patience));
        Assert.True(world.Network.RunUntil(() => world.Lite.SelectedPath.Remote == Cellular, Patience));
        Assert.Equal(IceAgentState.Connected, world.Client.State);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Two_agents_that_both_want_control_settle_the_conflict(int seed)
    {
        var network = new SimulatedNetwork(seed, 0.1);
        var (left, right) = (new IceControllingAgent(IceCredentials.Generate(), new Random(seed)), new IceControllingAgent(IceCredentials.Generate(), new Random(seed + 100)));
        Join(network, left, Wifi, right.Local, Cellular);
        Join(network, right, Cellular, left.Local, Wifi);
        Assert.True(network.RunUntil(() => left.HasSelectedPath && right.HasSelectedPath, Patience), $"seed {seed}");
        Assert.NotEqual(left.IsControlling, right.IsControlling);
        Assert.Equal(Cellular, left.SelectedPath.Remote);
        Assert.Equal(Wifi, right.SelectedPath.Remote);
    }

    [Fact]
    public void An_answer_signed_with_another_password_is_not_believed()
    {
        var world = new World(seed: 5, loss: 0, IceNomination.Regular);
        var forger = new IceLiteAgent();
        forger.Begin(world.ServerCredentials with { Password = "another-password-of-24-by" }, world.Client.Local, 0);
        world.Network.Listen(Server, (ReadOnlySpan<byte> d, IcePath p, long now, Span<byte> r, out int length) => Answer(forger, d, p, now, r, out length));
        Assert.False(world.Connect());
        Assert.Equal(IceAgentState.Failed, world.Client.State);
    }

    [Fact]
    public void A_hostile_list_of_candidates_makes_no_packet_cannon()
    {
        var world = new World(seed: 6, loss: 0, IceNomination.Regular);
        for (var i = 0u; i < 1000; i++)
        {
            world.Client.AddRemoteCandidate(IceCandidate.Host(TransportAddress.FromIPv4(0xC6336400 + i, 9)), 0);
        }

        world.Network.RunUntil(() => false, TimeSpan.FromSeconds(1));
        Assert.InRange(world.Network.Sent, 1, 1_000_000_000 / 20_000_000 * 4);
    }

    private static void Join(SimulatedNetwork network, IceControllingAgent agent, TransportAddress own, IceParameters remote, TransportAddress other)
    {
        agent.AddLocal(IceTransport.Udp, own, 2_130_706_431);
        agent.SetRemote(remote, 0);
        agent.AddRemoteCandidate(IceCandidate.Host(other), 0);
        network.Listen(own, (ReadOnlySpan<byte> d, IcePath p, long now, Span<byte> r, out int length) => agent.HandleDatagram(d, p, now, r, out length));
        network.Drive(agent);
    }

    private static bool Answer(IceLiteAgent agent, ReadOnlySpan<byte> datagram, IcePath path, long nowNs, Span<byte> response, out int length) =>
        agent.HandleDatagram(datagram, path, nowNs, response, out length) != IceCheckOutcome.Ignored;

    /// <summary>A phone on two networks and a server.</summary>
    private sealed class World
    {
        public World(int seed, double loss, IceNomination nomination)
        {
            Network = new SimulatedNetwork(seed, loss);
            Client = new IceControllingAgent(IceCredentials.Generate(), new Random(seed), nomination);
            Client.AddLocal(IceTransport.Udp, Wifi, 2_130_706_431);
            Client.AddLocal(IceTransport.Udp, Cellular, 2_130_706_175);
            Lite.Begin(ServerCredentials, Client.Local, 0);
            Network.Listen(Server, (ReadOnlySpan<byte> d, IcePath p, long now, Span<byte> r, out int length) => Answer(Lite, d, p, now, r, out length));
            foreach (var address in new[] { Wifi, Cellular })
            {
                Network.Listen(address, (ReadOnlySpan<byte> d, IcePath p, long now, Span<byte> r, out int length) => Client.HandleDatagram(d, p, now, r, out length));
            }

            Network.Drive(Client, path => WifiIsUp || path.Local != Wifi);
            Client.SetRemote(ServerCredentials, 0);
            Client.AddRemoteCandidate(ServerCandidate, 0);
        }

        public SimulatedNetwork Network { get; }

        public IceControllingAgent Client { get; }

        public IceLiteAgent Lite { get; } = new();

        public IceParameters ServerCredentials { get; private set; } = IceCredentials.Generate();

        public bool WifiIsUp { get; set; } = true;

        public bool Connect() => Network.RunUntil(() => Client.HasSelectedPath, Patience);

        public void Restart()
        {
            ServerCredentials = IceCredentials.Generate();
            Client.Restart(IceCredentials.Generate());
            Lite.Begin(ServerCredentials, Client.Local, Network.NowNs);
            Client.SetRemote(ServerCredentials, Network.NowNs);
            Client.AddRemoteCandidate(ServerCandidate, Network.NowNs);
        }
    }
}
