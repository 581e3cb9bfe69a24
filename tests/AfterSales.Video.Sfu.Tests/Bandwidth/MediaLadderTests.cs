using AfterSales.Video.Sfu.Bandwidth;
using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Sfu.Tests.Bandwidth;

public sealed class MediaLadderTests
{
    private const long SecondNs = 1_000_000_000;
    private long _nowNs = 1;

    [Fact]
    public void Video_gives_way_to_stills_after_three_thin_seconds_and_to_sound_after_three_more()
    {
        var ladder = new MediaLadder();
        Assert.Equal(MediaMode.Video, After(ladder, 2.8, 100_000, 160_000));
        Assert.Equal(MediaMode.Stills, After(ladder, 0.4, 100_000, 160_000));
        Assert.Equal(MediaMode.Stills, After(ladder, 60, 20_000, 84_000));
        Assert.Equal(MediaMode.AudioOnly, After(ladder, 3.4, 0, 40_000));
    }

    [Fact]
    public void A_short_dip_changes_nothing()
    {
        var ladder = new MediaLadder();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(MediaMode.Video, After(ladder, 2, 100_000, 160_000));
            Assert.Equal(MediaMode.Video, After(ladder, 0.4, 160_000, 220_000));
        }
    }

    [Fact]
    public void Video_returns_after_eight_wide_seconds_and_not_between_the_bounds()
    {
        var ladder = new MediaLadder();
        ladder.Enter(MediaMode.Stills);
        Assert.Equal(MediaMode.Stills, After(ladder, 60, 240_000, 300_000));
        Assert.Equal(MediaMode.Stills, After(ladder, 7.6, 260_000, 324_000));
        Assert.Equal(MediaMode.Stills, After(ladder, 0.2, 240_000, 304_000));
        Assert.Equal(MediaMode.Stills, After(ladder, 7.6, 260_000, 324_000));
        Assert.Equal(MediaMode.Video, After(ladder, 0.8, 260_000, 324_000));
    }

    [Fact]
    public void From_sound_alone_the_way_back_is_over_stills()
    {
        var ladder = new MediaLadder();
        ladder.Enter(MediaMode.AudioOnly);
        Assert.Equal(MediaMode.Stills, After(ladder, 8.4, 2_000_000, 2_000_000));
        Assert.Equal(MediaMode.Video, After(ladder, 8.4, 2_000_000, 2_000_000));
    }

    [Fact]
    public void A_page_that_measures_a_thin_uplink_is_told_to_send_stills()
    {
        var advisor = new UplinkAdvisor();
        Assert.Equal(["weak_link"], Reasons(advisor, 6, Sending(90_000), reportBps: 130_000));
        Assert.Equal((MediaMode.Stills, 130_000), (advisor.Mode, advisor.EstimateBps));
        Assert.Equal(["recovered"], Reasons(advisor, 10, Silent, reportBps: 900_000));
    }

    [Fact]
    public void A_dark_room_is_not_a_weak_network()
    {
        var advisor = new UplinkAdvisor();
        Assert.Empty(Reasons(advisor, 120, Sending(20_000)));
        Assert.Empty(Reasons(advisor, 120, Sending(20_000), reportBps: 1_500_000));
    }

    [Fact]
    public void A_senders_estimate_that_stands_at_our_own_cap_says_nothing()
    {
        var advisor = new UplinkAdvisor();
        Assert.Empty(Reasons(advisor, 60, Sending(120_000) with { CapBps = 160_000 }, reportBps: 158_000));
    }

    [Fact]
    public void Without_a_report_loss_with_a_poor_rate_is_evidence_and_video_is_tried_again_ever_more_rarely()
    {
        var advisor = new UplinkAdvisor();
        Assert.Empty(Reasons(advisor, 10, Sending(90_000) with { Loss = 0.2 }));
        var weak = Sending(60_000) with { Loss = 0.2 };
        Assert.Equal(["weak_link"], Reasons(advisor, 6, weak));
        Assert.Equal(["trial"], Reasons(advisor, 14, Silent));
        Assert.Equal(["weak_link"], Reasons(advisor, 6, weak));
        Assert.Empty(Reasons(advisor, 25, Silent));
        Assert.Equal(["trial"], Reasons(advisor, 10, Silent));
        Assert.Empty(Reasons(advisor, 60, Sending(600_000)));
    }

    private static UplinkSample Silent => new(false, 0, 32_000, 0, 0);

    private static UplinkSample Sending(long videoBps) => new(true, videoBps, 32_000, 0, 0);

    private MediaMode After(MediaLadder ladder, double seconds, long pictureBps, long totalBps)
    {
        for (var end = _nowNs + (long)(seconds * SecondNs); _nowNs < end; _nowNs += SecondNs / 5)
            ladder.Step(pictureBps, totalBps, _nowNs);
        return ladder.Mode;
    }

    private List<string> Reasons(UplinkAdvisor advisor, int seconds, UplinkSample sample, long? reportBps = null)
    {
        var reasons = new List<string>();
        for (var i = 0; i < seconds; i++, _nowNs += SecondNs)
        {
            if (reportBps is { } available)
                advisor.OnReport(new UplinkReport(available), _nowNs);
            if (advisor.Evaluate(sample, _nowNs) is { } reason)
                reasons.Add(reason);
        }
        return reasons;
    }
}
