using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Sfu.Tests.Fakes;

/// <summary>A real room on a manual loop with fake peers.</summary>
internal sealed class TestRoom
{
    private static readonly CancellationToken None = CancellationToken.None;
    private int _offers;

    private TestRoom(ManualLoop loop, EventLog log, SfuNode node, IRoom room) => (Loop, Log, Node, Room) = (loop, log, node, room);

    public ManualLoop Loop { get; }
    public EventLog Log { get; }
    public SfuNode Node { get; }
    public IRoom Room { get; }
    public Telemetry.SfuCounters Counters => Node.Counters[0];

    public static async Task<TestRoom> OpenAsync(SfuOptions? options = null)
    {
        var loop = new ManualLoop();
        var log = new EventLog();
        var node = new SfuNode([loop], options ?? new SfuOptions(), log);
        var room = await node.OpenRoomAsync("r1", None);
        return new TestRoom(loop, log, node, room!);
    }

    /// <summary>Another room on the same loop.</summary>
    public async Task<TestRoom> OpenAnotherAsync(string id) => new(Loop, Log, Node, (await Node.OpenRoomAsync(id, None))!);

    public async Task<FakePeer> JoinAsync(string id, string role, NegotiatedSession session, bool connect = true)
    {
        Assert.True((await Room.JoinAsync(new ParticipantSpec(id, role), None)).IsDone);
        return await NegotiateAsync(id, session, connect);
    }

    /// <summary>Buyer or agent with one microphone and one camera; SSRCs follow from the number: 1000·n + 10, 20 (RTX 21), slots 110, 120 (121).</summary>
    public Task<FakePeer> JoinTalkingAsync(string id, string role, uint number, bool connect = true, NegotiatedCodec[]? codecs = null) =>
        JoinAsync(id, role, Talking(number, codecs), connect);

    public static NegotiatedSession Talking(uint number, NegotiatedCodec[]? codecs = null) => Sessions.Of(
        Sessions.Audio("0", (number * 1000) + 10, (number * 1000) + 110),
        Sessions.Video("1", (number * 1000) + 20, (number * 1000) + 120, codecs: codecs));

    /// <param name="sameClient">A later offer of the same page, not a reload.</param>
    public async Task<FakePeer> NegotiateAsync(string id, NegotiatedSession session, bool connect = true, bool sameClient = false)
    {
        var offer = sameClient ? $"v=0\no=- 1 {++_offers}\na={id}\na=fingerprint:sha-256 {id}" : $"v=0\no=- {++_offers} 1\na=fingerprint:sha-256 {id}";
        if (sameClient)
            offer = offer.Replace("o=- 1 ", $"o=- {_sessionOf[id]} ", StringComparison.Ordinal);
        else
            _sessionOf[id] = _offers;
        Loop.Offers[offer] = session;
        var result = await Room.NegotiateAsync(id, offer, None);
        Assert.True(result.Accepted, result.Refusal?.Code);
        var peer = Loop.Peers.Last(candidate => ReferenceEquals(candidate.Session, session));
        if (connect && peer.State != PeerState.Connected)
            peer.Become(PeerState.Connected);
        return peer;
    }

    private readonly Dictionary<string, int> _sessionOf = new(StringComparer.Ordinal);
}
