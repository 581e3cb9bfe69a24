using AfterSales.Video.Domain.Calls;

namespace AfterSales.Video.Domain.Tests.Calls;

public sealed class CallSessionTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly CallSession Waiting = CallSession.Create();
    private static readonly CallSession Live = Waiting.GiveConsent(Now).Session;
    private static readonly CallSession Ended = Live.End(CallEndReason.AgentHungUp, Now).Session;

    [Fact]
    public void A_call_waits_goes_live_with_consent_and_ends()
    {
        Assert.Equal((CallPhase.Waiting, BuyerStep.None), (Waiting.Phase, Waiting.Step));
        Assert.Equal((CallPhase.Live, BuyerStep.Consented, Now), (Live.Phase, Live.Step, Live.StartedAt));
        Assert.Equal((CallPhase.Ended, CallEndReason.AgentHungUp, Now), (Ended.Phase, Ended.EndReason, Ended.EndedAt));
    }

    [Fact]
    public void Opening_the_link_again_takes_no_step_back()
    {
        var reading = Waiting.OpenLink().Session.Report(BuyerStep.ReadingConsent).Session;
        Assert.False(reading.OpenLink().Changed);
        Assert.Equal(BuyerStep.ReadingConsent, reading.OpenLink().Session.Step);
    }

    [Theory]
    [InlineData(BuyerStep.CheckingCamera)]
    [InlineData(BuyerStep.Connecting)]
    [InlineData(BuyerStep.Connected)]
    public void Nothing_of_media_is_reported_before_consent(BuyerStep step) =>
        Assert.IsType<CallError.ConsentRequired>(Waiting.Report(step).Error);

    [Theory]
    [InlineData(BuyerStep.None)]
    [InlineData(BuyerStep.LinkOpened)]
    [InlineData(BuyerStep.Consented)]
    [InlineData(BuyerStep.Photos)]
    [InlineData(BuyerStep.Declined)]
    [InlineData(BuyerStep.Left)]
    public void A_page_cannot_claim_what_the_server_decides(BuyerStep step) =>
        Assert.IsType<CallError.StepNotPossible>(Live.Report(step).Error);

    [Fact]
    public void A_reloaded_page_may_check_its_camera_again()
    {
        var connected = Live.Report(BuyerStep.Connected).Session;
        Assert.Equal(BuyerStep.CheckingCamera, connected.Report(BuyerStep.CheckingCamera).Session.Step);
        Assert.False(connected.Report(BuyerStep.ReadingConsent).Changed);
    }

    [Fact]
    public void Photos_and_decline_end_the_call_each_with_its_reason()
    {
        Assert.Equal((CallPhase.Ended, BuyerStep.Photos, CallEndReason.BuyerPhotos), Facts(Waiting.ChoosePhotos(Now).Session));
        Assert.Equal((CallPhase.Ended, BuyerStep.Declined, CallEndReason.BuyerDeclined), Facts(Waiting.Decline(Now).Session));
        Assert.Equal((CallPhase.Ended, BuyerStep.Declined, CallEndReason.ConsentWithdrawn), Facts(Live.Decline(Now).Session));
    }

    [Fact]
    public void The_first_end_reason_stays()
    {
        var again = Ended.End(CallEndReason.Expired, Now.AddHours(1));
        Assert.False(again.Changed);
        Assert.Null(again.Error);
        Assert.Equal((CallEndReason.AgentHungUp, Now), (again.Session.EndReason, again.Session.EndedAt));
    }

    [Fact]
    public void An_ended_call_refuses_the_buyers_events()
    {
        Assert.IsType<CallError.Ended>(Ended.OpenLink().Error);
        Assert.IsType<CallError.Ended>(Ended.GiveConsent(Now).Error);
        Assert.IsType<CallError.Ended>(Ended.Report(BuyerStep.Connected).Error);
        Assert.IsType<CallError.Ended>(Ended.ChoosePhotos(Now).Error);
        Assert.IsType<CallError.Ended>(Ended.Decline(Now).Error);
        Assert.False(Ended.BuyerLeft().Changed);
    }

    [Fact]
    public void Consent_counts_once_with_its_first_time() => Assert.Equal(Now, Live.GiveConsent(Now.AddMinutes(1)).Session.StartedAt);

    [Fact]
    public void A_rating_needs_a_call_that_happened_and_counts_once()
    {
        Assert.IsType<CallError.ConsentRequired>(Waiting.Rate(5, "").Error);
        var rated = Ended.Rate(4, "ok").Session;
        Assert.Equal((4, "ok"), (rated.RatingStars, rated.RatingComment));
        Assert.IsType<CallError.AlreadyRated>(rated.Rate(1, "").Error);
    }

    /// <summary>Any order of events: the phase only goes forward, an ended call changes in nothing but its rating, live means agreed.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_order_of_events_breaks_the_machine(int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < 500; run++)
        {
            var call = CallSession.Create();
            for (var i = 0; i < 40; i++)
            {
                var before = call;
                var outcome = Any(call, random, Now.AddSeconds(i));
                call = outcome.Session;
                Assert.True(call.Phase >= before.Phase, $"seed {seed}");
                Assert.Equal(outcome.Changed, call != before);
                Assert.True(outcome.Error is null || !outcome.Changed);
                Assert.Equal(call.Phase == CallPhase.Ended, call.EndReason is not null && call.EndedAt is not null);
                if (call.Phase == CallPhase.Live)
                    Assert.NotNull(call.StartedAt);
                if (before.Phase == CallPhase.Ended)
                    Assert.Equal(before, call with { RatingStars = before.RatingStars, RatingComment = before.RatingComment });
            }
        }
    }

    private static CallOutcome Any(CallSession call, Random random, DateTimeOffset at) => random.Next(9) switch
    {
        0 => call.OpenLink(),
        1 => call.GiveConsent(at),
        2 => call.ChoosePhotos(at),
        3 => call.Decline(at),
        4 => call.BuyerLeft(),
        5 when random.Next(4) == 0 => call.End((CallEndReason)random.Next(6), at),
        6 => call.Rate(random.Next(1, 6), "x"),
        _ => call.Report((BuyerStep)random.Next(10)),
    };

    private static (CallPhase, BuyerStep, CallEndReason?) Facts(CallSession call) => (call.Phase, call.Step, call.EndReason);
}
