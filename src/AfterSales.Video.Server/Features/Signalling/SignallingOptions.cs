using System.ComponentModel.DataAnnotations;

namespace AfterSales.Video.Server.Features.Signalling;

/// <summary>Section "Signalling".</summary>
internal sealed class SignallingOptions : IValidatableObject
{
    public const string Section = "Signalling";

    /// <summary>How long a vanished page's place is kept: a lift, a tunnel, a change from Wi-Fi to mobile.</summary>
    public TimeSpan GracePeriod { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Messages waiting for one slow client before it is cut; it resumes with what it missed.</summary>
    [Range(16, 4096)]
    public int ClientQueueCapacity { get; set; } = 256;

    /// <summary>Hub calls a second that are always fine. A page needs about 2.</summary>
    [Range(1, 1000)]
    public int CallsPerSecond { get; set; } = 20;

    /// <summary>Hub calls at once, for the start of a call.</summary>
    [Range(1, 10_000)]
    public int CallBurst { get; set; } = 60;

    /// <summary>Shortest time between two photos of a participant whose link carries no video; pages send one every 2 to 5 s. 48 KB in 1.5 s is less than the video it replaces.</summary>
    public TimeSpan StillInterval { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>STUN and TURN servers handed to the pages; none are needed while the server itself is reachable.</summary>
    public IReadOnlyList<IceServerOptions> IceServers { get; set; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (GracePeriod < TimeSpan.FromSeconds(1) || GracePeriod > TimeSpan.FromMinutes(10))
            yield return new ValidationResult("Signalling:GracePeriod must be between 00:00:01 and 00:10:00.", [nameof(GracePeriod)]);
        if (StillInterval < TimeSpan.FromMilliseconds(1) || StillInterval > TimeSpan.FromSeconds(10))
            yield return new ValidationResult("Signalling:StillInterval must be between 00:00:00.001 and 00:00:10.", [nameof(StillInterval)]);
        if (IceServers.Any(s => s.Urls.Count == 0 || s.Urls.Any(u => !u.StartsWith("stun:", StringComparison.Ordinal) && !u.StartsWith("turn:", StringComparison.Ordinal) && !u.StartsWith("turns:", StringComparison.Ordinal))))
            yield return new ValidationResult("Signalling:IceServers: each needs Urls that begin with stun:, turn: or turns:.", [nameof(IceServers)]);
    }
}

internal sealed class IceServerOptions
{
    public IReadOnlyList<string> Urls { get; set; } = [];
    public string? Username { get; set; }
    public string? Credential { get; set; }
}
