using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Sfu.Subscriptions;

/// <summary>One publication as the allocator sees it.</summary>
/// <param name="Loudness">Smoothed level, 0 silent to 127; audio only.</param>
internal readonly record struct SlotCandidate(string PublicationId, string Role, string Source, int Order, int Loudness);

/// <summary>
/// Places publications on a subscriber's slots of one kind. Pure. What already plays stays where it is; with more publications
/// than slots the most important video and the loudest voices are kept.
/// </summary>
internal static class SlotAllocator
{
    /// <summary>A voice must be this much louder than the quietest one playing to take its place: no flapping between two murmurs.</summary>
    private const int LouderBy = 6;

    /// <param name="current">Publication id per slot, null when empty.</param>
    /// <returns>Publication id per slot.</returns>
    public static string?[] Allocate(MediaKind kind, IReadOnlyList<string?> current, IReadOnlyList<SlotCandidate> candidates)
    {
        var wanted = Choose(kind, current, candidates);
        var slots = new string?[current.Count];
        for (var i = 0; i < slots.Length; i++)
        {
            if (current[i] is { } playing && wanted.Remove(playing))
                slots[i] = playing;
        }
        for (var i = 0; i < slots.Length && wanted.Count > 0; i++)
        {
            if (slots[i] is not null)
                continue;
            slots[i] = wanted[0];
            wanted.RemoveAt(0);
        }
        return slots;
    }

    private static List<string> Choose(MediaKind kind, IReadOnlyList<string?> current, IReadOnlyList<SlotCandidate> candidates) =>
        [.. candidates
            .OrderBy(candidate => kind == MediaKind.Video ? Importance(candidate) : -EffectiveLoudness(candidate, current))
            .ThenBy(candidate => candidate.Order)
            .Take(current.Count)
            .Select(candidate => candidate.PublicationId)];

    /// <summary>The buyer's camera is what the call is about; then what somebody shows on purpose.</summary>
    private static int Importance(SlotCandidate candidate) => candidate switch
    {
        { Role: "buyer", Source: "camera" } => 0,
        { Source: "screen" } => 1,
        _ => 2,
    };

    private static int EffectiveLoudness(SlotCandidate candidate, IReadOnlyList<string?> current) =>
        candidate.Loudness + (current.Contains(candidate.PublicationId, StringComparer.Ordinal) ? LouderBy : 0);
}
