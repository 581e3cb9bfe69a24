using System.Text.Json;

namespace AfterSales.Video.Recording.Journal;

/// <summary>JSON of the event "media_mode": what a participant's link carries from here on, each direction.</summary>
/// <param name="Sends">"video", "stills" or "audio_only": what comes from the participant.</param>
/// <param name="Receives">The same for what goes to it.</param>
/// <param name="Reason">Why it changed, a word: "weak_uplink", "weak_downlink", "recovered", "rejoined".</param>
/// <param name="EstimateBps">What the link was thought to carry when it changed; 0 when unknown.</param>
public sealed record MediaModeEvent(string Participant, string Role, string Sends, string Receives, string Reason, long EstimateBps)
{
    public const string Kind = "media_mode";

    public string ToJson() => JsonSerializer.Serialize(this, JournalJson.Default.MediaModeEvent);

    public static bool TryRead(string json, out MediaModeEvent mode)
    {
        mode = null!;
        try
        {
            mode = JsonSerializer.Deserialize(json, JournalJson.Default.MediaModeEvent)!;
            return mode is { Participant: not null, Role: not null, Sends: not null, Receives: not null, Reason: not null };
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
