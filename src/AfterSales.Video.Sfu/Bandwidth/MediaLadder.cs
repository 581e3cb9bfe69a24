using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>
/// Steps down when a link has been too thin for a while, and up only when it has been clearly wide enough for longer: a picture that comes and goes is worse
/// than stills. Pure; time is given.
/// </summary>
internal sealed class MediaLadder
{
    /// <summary>Less than this for pictures is a smear at 5 frames a second; a still of 40 kB says more (MEDIA.md, stills ladder).</summary>
    public const long VideoLeavesBps = 150_000;

    /// <summary>Far enough above <see cref="VideoLeavesBps"/> that the first seconds of video do not lead back down.</summary>
    public const long VideoReturnsBps = 250_000;

    /// <summary>For everything: about what one voice takes with its headers. A still beside it would be heard.</summary>
    public const long StillsLeaveBps = 50_000;
    public const long StillsReturnBps = 70_000;

    private const long DownAfterNs = 3_000_000_000;
    private const long UpAfterNs = 8_000_000_000;

    private long _belowSinceNs;
    private long _aboveSinceNs;

    public MediaMode Mode { get; private set; }

    /// <param name="pictureBps">What the link leaves for pictures after voices.</param>
    /// <param name="totalBps">What it carries altogether.</param>
    /// <returns>True when the mode changed.</returns>
    public bool Step(long pictureBps, long totalBps, long nowNs)
    {
        var lower = Lower(pictureBps, totalBps);
        var upper = Upper(pictureBps, totalBps);
        _belowSinceNs = lower == Mode ? 0 : _belowSinceNs == 0 ? nowNs : _belowSinceNs;
        _aboveSinceNs = upper == Mode ? 0 : _aboveSinceNs == 0 ? nowNs : _aboveSinceNs;
        if (_belowSinceNs != 0 && nowNs - _belowSinceNs >= DownAfterNs)
            return Enter(lower);
        return _aboveSinceNs != 0 && nowNs - _aboveSinceNs >= UpAfterNs && Enter(upper);
    }

    /// <summary>Goes there at once.</summary>
    /// <returns>True when that is a change.</returns>
    public bool Enter(MediaMode mode)
    {
        var changed = Mode != mode;
        Mode = mode;
        _belowSinceNs = _aboveSinceNs = 0;
        return changed;
    }

    private MediaMode Lower(long pictureBps, long totalBps)
    {
        if (totalBps < StillsLeaveBps)
            return MediaMode.AudioOnly;
        return Mode == MediaMode.Video && pictureBps < VideoLeavesBps ? MediaMode.Stills : Mode;
    }

    /// <summary>One step at a time.</summary>
    private MediaMode Upper(long pictureBps, long totalBps) => Mode switch
    {
        MediaMode.AudioOnly when totalBps > StillsReturnBps => MediaMode.Stills,
        MediaMode.Stills when pictureBps > VideoReturnsBps => MediaMode.Video,
        _ => Mode,
    };
}
