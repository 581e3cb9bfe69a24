using AfterSales.Video.Recording.Timeline;

namespace AfterSales.Video.Recording.Depacketizing;

/// <summary>
/// Cuts a run's packets, ordered and without duplicates, into whole frames. Nothing is guessed: a frame with a missing packet is dropped,
/// and so is everything that may refer to it, up to the next key frame. What was dropped is counted and stated.
/// </summary>
internal static class FrameAssembler
{
    public static AssembledRun Assemble(IReadOnlyList<PacketRef> packets, bool isVideo) =>
        isVideo ? Select(Group(packets)) : Voices(packets);

    private static AssembledRun Voices(IReadOnlyList<PacketRef> packets)
    {
        var frames = new List<FrameRef>(packets.Count);
        var lost = 0L;
        for (var i = 0; i < packets.Count; i++)
        {
            if (i > 0)
                lost += packets[i].Seq - packets[i - 1].Seq - 1;
            if (!packets[i].Flags.HasFlag(PayloadMarks.Empty))
                frames.Add(new FrameRef(i, i, packets[i].Timestamp, IsKey: true, i > 0 && packets[i].Seq != packets[i - 1].Seq + 1));
        }

        return new AssembledRun(frames, lost, 0);
    }

    /// <summary>All frames, also damaged ones.</summary>
    private static List<Candidate> Group(IReadOnlyList<PacketRef> packets)
    {
        var (groups, current) = (new List<Candidate>(), default(Candidate?));
        for (var i = 0; i < packets.Count; i++)
        {
            var packet = packets[i];
            var missing = i > 0 ? packet.Seq - packets[i - 1].Seq - 1 : 0;
            if (current is not null)
                current.MissingAfter += missing;
            if (packet.Flags.HasFlag(PayloadMarks.Empty))
                continue;
            if (current is null || current.Timestamp != packet.Timestamp)
            {
                // Without a predecessor the packets before the first one are unknown, so its start must show.
                var before = current?.MissingAfter ?? 1;
                groups.Add(current = new Candidate(i, packet.Timestamp) { MissingBefore = before, StartShown = packet.Flags.HasFlag(PayloadMarks.Start) });
            }
            else if (current.MissingAfter > 0)
            {
                (current.HasHole, current.MissingInside, current.MissingAfter) = (true, current.MissingInside + current.MissingAfter, 0);
            }

            current.Last = i;
            current.Flags |= packet.Flags;
            current.EndShown = packet.Flags.HasFlag(PayloadMarks.Last);
        }

        return groups;
    }

    private static AssembledRun Select(List<Candidate> groups)
    {
        var (frames, lost, dropped, needKey, stated) = (new List<FrameRef>(groups.Count), 0L, 0, true, false);
        var everParameters = groups.Any(g => g.Flags.HasFlag(PayloadMarks.Parameters));
        for (var i = 0; i < groups.Count; i++)
        {
            var group = groups[i];
            lost += group.MissingInside + (i > 0 ? group.MissingBefore : 0);
            var isKey = group.Flags.HasFlag(PayloadMarks.Key);
            // After a hole, a key frame must show its parameter sets too, else they may have been what was lost.
            var startsWhole = group.MissingBefore == 0 || (group.StartShown && (!isKey || !everParameters || group.Flags.HasFlag(PayloadMarks.Parameters)));
            var endsWhole = group.EndShown || group.MissingAfter == 0;
            var whole = startsWhole && endsWhole && !group.HasHole && !group.Flags.HasFlag(PayloadMarks.Malformed);
            // Packets missing between two frames may have been a frame that this one refers to.
            needKey |= group.MissingBefore > 0 || !whole;
            if (!whole || (needKey && !isKey))
            {
                (dropped, stated) = (dropped + 1, true);
                continue;
            }

            frames.Add(new FrameRef(group.First, group.Last, group.Timestamp, isKey, stated || (i > 0 && group.MissingBefore > 0)));
            (needKey, stated) = (false, false);
        }

        return new AssembledRun(frames, lost, dropped);
    }

    private sealed class Candidate(int first, long timestamp)
    {
        public int First => first;
        public long Timestamp => timestamp;
        public int Last { get; set; }
        public PayloadMarks Flags { get; set; }
        public long MissingBefore { get; init; }
        public bool StartShown { get; init; }
        public bool EndShown { get; set; }
        public bool HasHole { get; set; }
        public long MissingInside { get; set; }
        public long MissingAfter { get; set; }
    }
}

/// <param name="First">Index of the first packet in the run's ordered list.</param>
/// <param name="Timestamp">Unwrapped RTP timestamp.</param>
/// <param name="AfterLoss">Something between this frame and the one kept before it was lost.</param>
internal readonly record struct FrameRef(int First, int Last, long Timestamp, bool IsKey, bool AfterLoss);

/// <param name="LostPackets">Sequence numbers never seen.</param>
/// <param name="DroppedFrames">Frames left out because they, or what they refer to, are not whole.</param>
internal sealed record AssembledRun(IReadOnlyList<FrameRef> Frames, long LostPackets, int DroppedFrames);
