using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Journal;

namespace AfterSales.Video.Server.Features.Signalling.Public;

/// <summary>The lower steps of the degradation ladder: photos in place of video, then sound alone. Each step is told to everybody and written down.</summary>
internal sealed partial class LiveCall
{
    /// <summary>A page on what its own uplink carries.</summary>
    /// <returns>The refusal's problem code; null when done.</returns>
    public string? ReportLink(Place place, LinkReport report)
    {
        if (!MediaLinks.IsMode(report.Sends) || report.EstimateBps < 0)
            return ProblemCodes.RequestInvalid;
        if (!IsLive)
            return _ended ? ProblemCodes.CallEnded : ProblemCodes.ConsentRequired;
        if (!_links.MayChange(place.ParticipantId))
            return ProblemCodes.TooManyRequests;
        var changed = _links.Change(place.ParticipantId, report.Sends, receives: null);
        if (changed is not null)
            TellMode(place.Role, changed, report.Sends == "video" ? "recovered" : "weak_uplink", report.EstimateBps);
        return null;
    }

    /// <summary>The media room on what a participant's downlink carries.</summary>
    public void AdviseDownlink(string participantId, string mode, long estimateBps)
    {
        if (Find(participantId) is { } place && MediaLinks.IsMode(mode) && _links.Change(participantId, sends: null, mode) is { } changed)
            TellMode(place.Role, changed, mode == "video" ? "recovered" : "weak_downlink", estimateBps);
    }

    /// <summary>Takes a photo that was checked: into the journal, then to the others.</summary>
    /// <returns>Whether it was recorded: not while the recording is paused.</returns>
    public bool TakeStill(Place place, CallStill still)
    {
        var isRecorded = _recording?.AppendStill(new RecordedStill(
            place.ParticipantId, place.Role, "camera", CallStill.ContentType, (ushort)still.Width, (ushort)still.Height, still.Image)) == true;
        _links.Keep(place.ParticipantId, still);
        Broadcast(new StillTaken(place.ParticipantId, still.StillId, still.Width, still.Height), except: place);
        return isRecorded;
    }

    /// <summary>Why no photo is taken from this participant now; null when one may come.</summary>
    public string? StillRefusal(Place place)
    {
        if (!IsLive)
            return _ended ? ProblemCodes.CallEnded : ProblemCodes.ConsentRequired;
        // What a participant switched off is withheld whatever its page sends.
        return place.View().Publications.Any(p => p is { Source: "camera", Muted: true }) ? ProblemCodes.StillCameraOff : null;
    }

    /// <summary>False when the participant sends photos faster than pages do.</summary>
    public bool MaySendStill(Place place) => _links.MaySendStill(place.ParticipantId);

    /// <summary>The latest photo of a participant; null when there is none.</summary>
    public CallStill? StillOf(string participantId) => _links.StillOf(participantId);

    private void TellMode(string role, LinkModes modes, string reason, long estimateBps)
    {
        var (participantId, sends, receives) = modes;
        Note(MediaModeEvent.Kind, new MediaModeEvent(participantId, role, sends, receives, reason, estimateBps).ToJson());
        Broadcast(new MediaModeChanged(participantId, sends, receives, reason));
        Log.ModeChanged(_logger, CallId, participantId, sends, receives, reason);
    }

    /// <summary>A fresh page begins with video.</summary>
    private void BeginAnew(Place place)
    {
        if (_links.Change(place.ParticipantId, "video", "video") is { } changed)
            TellMode(place.Role, changed, "rejoined", 0);
    }

    private void TellWeakLinks(Place place)
    {
        foreach (var (participantId, sends, receives) in _links.Weak())
            place.Send(new MediaModeChanged(participantId, sends, receives, sends == "video" ? "weak_downlink" : "weak_uplink"));
    }

    private static partial class Log
    {
        [LoggerMessage(1303, LogLevel.Information, "Call {CallId}: {ParticipantId} sends {Sends} and receives {Receives} ({Reason})")]
        public static partial void ModeChanged(ILogger logger, string callId, string participantId, string sends, string receives, string reason);
    }
}

/// <summary>A photo in place of video, checked.</summary>
internal sealed record CallStill(string StillId, int Width, int Height, string Sha256, ReadOnlyMemory<byte> Image)
{
    public const string ContentType = "image/jpeg";
}
