using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Recording.Capture;

/// <summary>Tracks that send now: what has to be said again where the journal may lack it.</summary>
internal sealed class LiveTracks
{
    private readonly Lock _lock = new();
    private readonly List<TapTrack> _tracks = [];
    private volatile bool _repeat;

    public void Start(in TapTrack track)
    {
        lock (_lock)
        {
            Remove(track.TrackId);
            _tracks.Add(track);
        }
    }

    public void End(ushort trackId)
    {
        lock (_lock)
            Remove(trackId);
    }

    public MediaKind? KindOf(ushort trackId)
    {
        lock (_lock)
        {
            foreach (var track in _tracks)
            {
                if (track.TrackId == trackId)
                    return track.Kind;
            }
        }

        return null;
    }

    /// <summary>The next block begins with all of them.</summary>
    public void RepeatAll() => _repeat = true;

    public void WriteIfAsked(BlockBuffer block, long timeNs)
    {
        if (!_repeat)
            return;
        _repeat = false;
        WriteTo(block, timeNs);
    }

    public void WriteTo(BlockBuffer block, long timeNs)
    {
        lock (_lock)
        {
            foreach (var track in _tracks)
                block.Records.TrackStarted(track, timeNs, repeated: true);
        }
    }

    private void Remove(ushort trackId)
    {
        for (var i = _tracks.Count - 1; i >= 0; i--)
        {
            if (_tracks[i].TrackId == trackId)
                _tracks.RemoveAt(i);
        }
    }
}
