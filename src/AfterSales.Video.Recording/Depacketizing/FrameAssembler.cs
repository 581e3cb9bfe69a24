namespace AfterSales.Video.Recording.Depacketizing;

/// <summary>
/// Joins a run's packets, ordered and without duplicates, to whole frames. Nothing is guessed: a frame with a missing packet is dropped,
/// and so is everything that may refer to it, up to the next key frame. What was dropped is counted and stated.
/// </summary>
/// <param name="everParameters">A packet of the run somewhere carries parameter sets: after a hole, a key frame must show its own.</param>
internal sealed class FrameAssembler(IPayloadFormat format, bool isVideo, bool everParameters, FrameTaker take) : IPacketConsumer
{
    private readonly FrameBuffer _bytes = new();
    private Candidate? _current;
    private bool _needKey = true;
    private bool _stated;
    private bool _first = true;
    private bool _voiceLoss;

    /// <summary>Missing before the next frame when none is under construction. Before the first packet nothing is known, so its start must show.</summary>
    private long _missing = 1;

    /// <summary>Sequence numbers never seen.</summary>
    public long LostPackets { get; private set; }

    /// <summary>Frames left out because they, or what they refer to, are not whole.</summary>
    public int DroppedFrames { get; private set; }

    public void Take(long missing, long timestamp, PayloadMarks flags, ReadOnlySpan<byte> payload)
    {
        if (isVideo)
            TakePicture(missing, timestamp, flags, payload);
        else
            TakeVoice(missing, timestamp, flags, payload);
    }

    /// <summary>True when all of the frame under construction seems to be there.</summary>
    public bool ShowsEnd => _current is { EndShown: true };

    /// <summary>Ends the frame under construction.</summary>
    public void Flush()
    {
        if (_current is not { } last)
            return;
        Judge(last);
        (_missing, _current) = (last.MissingAfter, null);
    }

    private void TakeVoice(long missing, long timestamp, PayloadMarks flags, ReadOnlySpan<byte> payload)
    {
        LostPackets += missing;
        _voiceLoss |= missing > 0;
        if (flags.HasFlag(PayloadMarks.Empty))
            return;
        _bytes.Clear();
        if (format.TryAppend(payload, _bytes))
            take(new FrameMark(timestamp, IsKey: true, _voiceLoss && !_first), _bytes.Written);
        (_voiceLoss, _first) = (false, false);
    }

    private void TakePicture(long missing, long timestamp, PayloadMarks flags, ReadOnlySpan<byte> payload)
    {
        if (_current is not null)
            _current.MissingAfter += missing;
        else
            _missing += missing;
        if (flags.HasFlag(PayloadMarks.Empty))
            return;
        if (_current is not { } current || current.Timestamp != timestamp)
            current = Begin(timestamp, flags);
        else if (current.MissingAfter > 0)
            (current.HasHole, current.MissingInside, current.MissingAfter) = (true, current.MissingInside + current.MissingAfter, 0);
        current.Flags |= flags;
        current.EndShown = flags.HasFlag(PayloadMarks.Last);
        current.HasHole |= !current.HasHole && !flags.HasFlag(PayloadMarks.Malformed) && !format.TryAppend(payload, _bytes);
    }

    private Candidate Begin(long timestamp, PayloadMarks flags)
    {
        Flush();
        _bytes.Clear();
        _current = new Candidate(timestamp) { MissingBefore = _missing, StartShown = flags.HasFlag(PayloadMarks.Start) };
        _missing = 0;
        return _current;
    }

    private void Judge(Candidate frame)
    {
        LostPackets += frame.MissingInside + (_first ? 0 : frame.MissingBefore);
        var isKey = frame.Flags.HasFlag(PayloadMarks.Key);
        // After a hole, a key frame must show its parameter sets too, else they may have been what was lost.
        var startsWhole = frame.MissingBefore == 0 || (frame.StartShown && (!isKey || !everParameters || frame.Flags.HasFlag(PayloadMarks.Parameters)));
        var endsWhole = frame.EndShown || frame.MissingAfter == 0;
        var whole = startsWhole && endsWhole && !frame.HasHole && !frame.Flags.HasFlag(PayloadMarks.Malformed) && _bytes is { Length: > 0, IsUnitOpen: false };
        // Packets missing between two frames may have been a frame that this one refers to.
        _needKey |= frame.MissingBefore > 0 || !whole;
        var afterLoss = _stated || (!_first && frame.MissingBefore > 0);
        _first = false;
        if (!whole || (_needKey && !isKey))
        {
            DroppedFrames++;
            _stated = true;
            return;
        }

        (_needKey, _stated) = (false, false);
        take(new FrameMark(frame.Timestamp, isKey, afterLoss), _bytes.Written);
    }

    private sealed class Candidate(long timestamp)
    {
        public long Timestamp => timestamp;
        public PayloadMarks Flags { get; set; }
        public long MissingBefore { get; init; }
        public bool StartShown { get; init; }
        public bool EndShown { get; set; }
        public bool HasHole { get; set; }
        public long MissingInside { get; set; }
        public long MissingAfter { get; set; }
    }
}

/// <param name="bytes">In the form the container wants; valid during the call.</param>
internal delegate void FrameTaker(in FrameMark frame, ReadOnlySpan<byte> bytes);

/// <param name="Timestamp">Unwrapped RTP timestamp.</param>
/// <param name="AfterLoss">Something between this frame and the one kept before it was lost.</param>
internal readonly record struct FrameMark(long Timestamp, bool IsKey, bool AfterLoss);
