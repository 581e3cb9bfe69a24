namespace AfterSales.Video.Domain.Calls;

/// <summary>Where a call stands. Waiting: a link exists, nobody agreed yet. Live: the buyer agreed, media may flow.</summary>
public enum CallPhase
{
    Waiting,
    Live,
    Ended,
}

/// <summary>The latest thing known of the buyer, for the waiting room on the agent's console.</summary>
public enum BuyerStep
{
    None,
    LinkOpened,
    ReadingConsent,
    Consented,
    CheckingCamera,
    Connecting,
    Connected,
    Photos,
    Declined,
    Left,
}

public enum CallEndReason
{
    AgentHungUp,
    BuyerHungUp,
    BuyerDeclined,

    /// <summary>The buyer had agreed and took it back while the call ran.</summary>
    ConsentWithdrawn,
    BuyerPhotos,
    Expired,
    ServerStopped,
}

/// <summary>A business refusal of a call: a value with a stable code, never an exception.</summary>
public abstract record CallError(string Code)
{
    public sealed record Ended() : CallError("call.ended");

    public sealed record ConsentRequired() : CallError("consent.required");

    /// <summary>The step cannot be reported by a page, or not in this phase.</summary>
    public sealed record StepNotPossible() : CallError("request.invalid");

    /// <summary>This node carries as many rooms as it can.</summary>
    public sealed record AtCapacity() : CallError("call.at_capacity");

    public sealed record AlreadyRated() : CallError("request.invalid");
}

/// <summary>Either the call after the event or the refusal. <see cref="Changed"/> is false when the event repeated what was known.</summary>
public readonly record struct CallOutcome(CallSession Session, CallError? Error, bool Changed)
{
    public static CallOutcome Refused(CallSession session, CallError error) => new(session, error, false);

    public static CallOutcome Same(CallSession session) => new(session, null, false);

    public static CallOutcome To(CallSession session) => new(session, null, true);
}
