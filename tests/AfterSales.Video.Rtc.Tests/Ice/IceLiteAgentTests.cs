using System.Text;
using AfterSales.Video.Rtc.Ice;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Rtc.Tests.Ice;

public sealed class IceLiteAgentTests
{
    private const long Second = 1_000_000_000;
    private static readonly IcePath Wifi = Check.From(0xC0A80105);
    private static readonly IcePath Cellular = Check.From(0x0A000001);
    private readonly IceParameters _client = new("abcd", "remote-password-0123456789");
    private readonly IceParameters _server = IceCredentials.Generate();
    private readonly IceLiteAgent _agent = new();
    private readonly byte[] _response = new byte[Stun.MaxMessageLength];
    private int _length;

    public IceLiteAgentTests() => _agent.Begin(_server, _client, 0);

    private Check Plain => new(_server, _client);

    [Fact]
    public void A_right_check_is_answered_with_the_address_it_came_from()
    {
        Assert.Equal(IceCheckOutcome.Validated, Send(Plain, Wifi, 1));
        Assert.True(StunMessage.TryParse(_response.AsSpan(0, _length), out var answer));
        Assert.Equal(StunClass.SuccessResponse, answer.Class);
        Assert.True(answer.VerifyFingerprint());
        Assert.True(answer.VerifyMessageIntegrity(Encoding.ASCII.GetBytes(_server.Password)));
        Assert.True(answer.TryGetXorMappedAddress(out var mapped));
        Assert.Equal(Wifi.Remote, mapped);
        Assert.True(_agent.IsValidated(Wifi));
        Assert.False(_agent.IsValidated(Cellular));
        Assert.False(_agent.HasSelectedPath);
    }

    [Fact]
    public void A_million_unauthenticated_requests_get_no_answer()
    {
        const int Seed = 10;
        var random = new Random(Seed);
        var forged = (Plain with { Password = "not-the-password-at-all-0" }).ToDatagram();
        var right = Plain.ToDatagram();
        for (var i = 0; i < 1_000_000; i++)
        {
            // Every fourth is cheap noise; the others are forged or damaged checks, changed anew each time.
            var datagram = (i & 3) == 3 ? right : forged;
            datagram[random.Next(i % 4 == 3 ? 20 : 8, datagram.Length)] ^= (byte)(1 + random.Next(255));
            var outcome = _agent.HandleDatagram(datagram, Wifi, i, _response, out var length);
            Assert.True(outcome == IceCheckOutcome.Ignored && length == 0, $"seed {Seed}, request {i}");
        }

        Assert.False(_agent.IsValidated(Wifi));
        Assert.Equal(0, _agent.LastCheckNs);
    }

    [Theory]
    [InlineData(487, StunAttributeType.IceControlled, 0, true)]
    [InlineData(420, StunAttributeType.IceControlling, 0x0030, true)]
    [InlineData(400, StunAttributeType.IceControlling, 0, false)]
    public void A_check_that_cannot_be_right_gets_an_authenticated_error(int code, StunAttributeType role, ushort unknown, bool hasPriority)
    {
        var check = Plain with { Role = role, UnknownType = unknown, Priority = hasPriority ? 1u : null, UseCandidate = true };
        Assert.Equal(IceCheckOutcome.Answered, Send(check, Wifi, 1));
        Assert.True(StunMessage.TryParse(_response.AsSpan(0, _length), out var answer));
        Assert.Equal(StunClass.ErrorResponse, answer.Class);
        Assert.True(answer.TryGetErrorCode(out var actual));
        Assert.Equal(code, actual);
        Assert.True(answer.VerifyMessageIntegrity(Encoding.ASCII.GetBytes(_server.Password)));
        Assert.False(_agent.IsValidated(Wifi));
        Assert.False(_agent.HasSelectedPath);
    }

    [Theory]
    [InlineData("2001:db8::1")]
    [InlineData("192.0.2.1")]
    public void An_answer_is_never_longer_than_the_question(string address)
    {
        Assert.True(Native.Sockets.TransportAddress.TryParse(address, 1, out var remote));
        foreach (var check in new[] { Plain, Plain with { Role = StunAttributeType.IceControlled }, Plain with { UnknownType = 0x30 }, Plain with { Priority = null } })
        {
            var datagram = check.ToDatagram();
            _agent.HandleDatagram(datagram, new IcePath(remote, default), 1, _response, out var length);
            Assert.InRange(length, 1, datagram.Length);
        }
    }

    [Fact]
    public void A_nomination_selects_the_path_and_a_better_one_replaces_it()
    {
        Assert.Equal(IceCheckOutcome.Selected, Send(Plain with { UseCandidate = true, Priority = 100 }, Cellular, 1));
        Assert.Equal(IceCheckOutcome.Selected, Send(Plain with { UseCandidate = true, Priority = 200 }, Wifi, 2));
        Assert.Equal(Wifi, _agent.SelectedPath);
        Assert.Equal(IceCheckOutcome.Answered, Send(Plain with { UseCandidate = true, Priority = 100 }, Cellular, 3));
        Assert.Equal(Wifi, _agent.SelectedPath);
    }

    [Fact]
    public void A_worse_path_is_taken_once_the_better_one_is_no_longer_nominated()
    {
        Send(Plain with { UseCandidate = true, Priority = 200 }, Wifi, 1);
        Assert.Equal(IceCheckOutcome.Selected, Send(Plain with { UseCandidate = true, Priority = 100 }, Cellular, 2 * Second));
        Assert.Equal(Cellular, _agent.SelectedPath);
    }

    [Fact]
    public void Chromiums_nomination_counter_beats_priority()
    {
        Send(Plain with { UseCandidate = true, Priority = 200, Nomination = 1 }, Wifi, 1);
        Assert.Equal(IceCheckOutcome.Selected, Send(Plain with { UseCandidate = true, Priority = 100, Nomination = 2 }, Cellular, 2));
    }

    [Fact]
    public void Consent_ends_thirty_seconds_after_the_last_check()
    {
        Send(Plain with { UseCandidate = true }, Wifi, 1);
        Assert.True(_agent.HasConsent(30 * Second));
        Assert.False(_agent.HasConsent((30 * Second) + 1));
        Send(Plain, Wifi, 31 * Second);
        Assert.True(_agent.HasConsent(32 * Second));
    }

    [Fact]
    public void A_restart_keeps_the_old_path_until_the_new_one_is_nominated()
    {
        Send(Plain with { UseCandidate = true }, Wifi, 1);
        var (server, client) = (IceCredentials.Generate(), _client with { UsernameFragment = "efgh" });
        _agent.Begin(server, client, 5 * Second);
        Assert.Equal(IceCheckOutcome.Answered, Send(Plain with { UseCandidate = true }, Wifi, 6 * Second));
        Assert.Equal(Wifi, _agent.SelectedPath);

        var fresh = new Check(server, client) { UseCandidate = true, Priority = 1 };
        Assert.Equal(IceCheckOutcome.Selected, Send(fresh, Cellular, 7 * Second));
        Assert.Equal(Cellular, _agent.SelectedPath);

        // Packets still under way on the old path are good for three seconds, but it is not selected again.
        Assert.Equal(IceCheckOutcome.Answered, Send(Plain with { UseCandidate = true }, Wifi, 9 * Second));
        Assert.Equal(Cellular, _agent.SelectedPath);
        Assert.True(_agent.IsValidated(Wifi));
        Assert.Equal(IceCheckOutcome.Ignored, Send(Plain, Wifi, 10 * Second));
        Assert.False(_agent.IsValidated(Wifi));
        Assert.Equal(0ul, _agent.PreviousUfragKey);
    }

    [Fact]
    public void A_restart_nobody_completes_is_given_up_after_twenty_seconds()
    {
        Send(Plain with { UseCandidate = true }, Wifi, 1);
        _agent.Begin(IceCredentials.Generate(), _client with { UsernameFragment = "efgh" }, Second);
        Assert.Equal(IceCheckOutcome.Answered, Send(Plain, Wifi, 20 * Second));
        Assert.Equal(IceCheckOutcome.Ignored, Send(Plain, Wifi, 21 * Second));
        Assert.False(_agent.HasConsent(51 * Second));
    }

    [Fact]
    public void Paths_are_bounded_and_the_selected_one_stays()
    {
        Send(Plain with { UseCandidate = true }, Wifi, 1);
        for (var i = 0u; i < 1000; i++)
        {
            Assert.Equal(IceCheckOutcome.Validated, Send(Plain, Check.From(0x0A000000 + i), i + 2));
        }

        Assert.True(_agent.IsValidated(Wifi));
        Assert.Equal(Wifi, _agent.SelectedPath);
        Assert.False(_agent.IsValidated(Check.From(0x0A000000)));
    }

    [Fact]
    public void Answering_a_check_allocates_nothing()
    {
        var datagram = (Plain with { UseCandidate = true }).ToDatagram();
        for (var i = 0; i < 100; i++)
        {
            _agent.HandleDatagram(datagram, Wifi, i, _response, out _);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _agent.HandleDatagram(datagram, Wifi, i, _response, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_fragment_of_a_check_is_the_key_of_its_agent()
    {
        Assert.True(StunMessage.TryParse(Plain.ToDatagram(), out var message));
        Assert.True(message.TryGetUfragKey(out var key));
        Assert.Equal(_agent.CurrentUfragKey, key);
    }

    private IceCheckOutcome Send(Check check, IcePath path, long nowNs) =>
        _agent.HandleDatagram(check.ToDatagram(), path, nowNs, _response, out _length);
}
