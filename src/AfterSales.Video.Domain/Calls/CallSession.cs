namespace AfterSales.Video.Domain.Calls;

/// <summary>
/// One video call of a ticket as a pure state machine: Waiting → Live → Ended, or Waiting → Ended. Ended is terminal, the
/// first end reason stays, and every event may arrive twice.
/// </summary>
public sealed record CallSession
{
    public required CallPhase Phase { get; init; }
    public required BuyerStep Step { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public CallEndReason? EndReason { get; init; }
    public int? RatingStars { get; init; }
    public string? RatingComment { get; init; }

    public static CallSession Create() => new() { Phase = CallPhase.Waiting, Step = BuyerStep.None };

    /// <summary>The buyer redeemed a link. A second link opened later does not take a step back.</summary>
    public CallOutcome OpenLink() => Phase switch
    {
        CallPhase.Ended => CallOutcome.Refused(this, new CallError.Ended()),
        _ when Step != BuyerStep.None => CallOutcome.Same(this),
        _ => CallOutcome.To(this with { Step = BuyerStep.LinkOpened }),
    };

    /// <summary>What the buyer's page says it is doing. After consent only the steps that follow it.</summary>
    public CallOutcome Report(BuyerStep step)
    {
        if (Phase == CallPhase.Ended)
            return CallOutcome.Refused(this, new CallError.Ended());
        if (!IsReportable(step))
            return CallOutcome.Refused(this, new CallError.StepNotPossible());
        if (Phase == CallPhase.Waiting && step != BuyerStep.ReadingConsent)
            return CallOutcome.Refused(this, new CallError.ConsentRequired());
        if (Phase == CallPhase.Live && step == BuyerStep.ReadingConsent)
            return CallOutcome.Same(this);
        return step == Step ? CallOutcome.Same(this) : CallOutcome.To(this with { Step = step });
    }

    /// <summary>The buyer agreed to the recorded call.</summary>
    public CallOutcome GiveConsent(DateTimeOffset at) => Phase switch
    {
        CallPhase.Ended => CallOutcome.Refused(this, new CallError.Ended()),
        CallPhase.Live => CallOutcome.Same(this),
        _ => CallOutcome.To(this with { Phase = CallPhase.Live, Step = BuyerStep.Consented, StartedAt = at }),
    };

    /// <summary>The buyer takes the unrecorded way: photos instead of a call.</summary>
    public CallOutcome ChoosePhotos(DateTimeOffset at) =>
        EndWithStep(CallEndReason.BuyerPhotos, BuyerStep.Photos, at);

    /// <summary>Before consent: no. After it: consent is withdrawn. Both end the call.</summary>
    public CallOutcome Decline(DateTimeOffset at) =>
        EndWithStep(Phase == CallPhase.Live ? CallEndReason.ConsentWithdrawn : CallEndReason.BuyerDeclined, BuyerStep.Declined, at);

    /// <summary>The buyer's page is gone and its time to come back is over.</summary>
    public CallOutcome BuyerLeft() =>
        Phase == CallPhase.Ended || Step == BuyerStep.Left ? CallOutcome.Same(this) : CallOutcome.To(this with { Step = BuyerStep.Left });

    public CallOutcome End(CallEndReason reason, DateTimeOffset at) => Phase == CallPhase.Ended
        ? CallOutcome.Same(this)
        : CallOutcome.To(this with { Phase = CallPhase.Ended, EndReason = reason, EndedAt = at });

    /// <summary>Once, at any time after the buyer agreed. 1 to 5 stars are checked by the caller.</summary>
    public CallOutcome Rate(int stars, string comment)
    {
        if (StartedAt is null)
            return CallOutcome.Refused(this, new CallError.ConsentRequired());
        if (RatingStars is not null)
            return CallOutcome.Refused(this, new CallError.AlreadyRated());
        return CallOutcome.To(this with { RatingStars = stars, RatingComment = comment });
    }

    private static bool IsReportable(BuyerStep step) =>
        step is BuyerStep.ReadingConsent or BuyerStep.CheckingCamera or BuyerStep.Connecting or BuyerStep.Connected;

    private CallOutcome EndWithStep(CallEndReason reason, BuyerStep step, DateTimeOffset at) => Phase == CallPhase.Ended
        ? CallOutcome.Refused(this, new CallError.Ended())
        : CallOutcome.To(this with { Phase = CallPhase.Ended, Step = step, EndReason = reason, EndedAt = at });
}
