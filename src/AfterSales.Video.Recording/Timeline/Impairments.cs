using System.Globalization;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>Stretches in which a call was worse than people put up with, found in the quality by the second: what the manifest states beside the gaps.</summary>
internal static class Impairments
{
    /// <summary>From here on people notice (the desk calls it "fair"); a single packet in a quiet second is no stretch.</summary>
    private const double NoticedLoss = 0.03;
    private const int NoticedPackets = 3;

    /// <summary>Stretches closer than this are one; with it a day-long call on a bad link stays a list for people.</summary>
    private const long JoinNs = 3_000_000_000;
    private const long SecondNs = 1_000_000_000;
    private const int MostOfAKind = 500;

    public static List<Impairment> Of(QualityTrack track) =>
        [.. Losses(track).Take(MostOfAKind).Concat(Freezes(track).Take(MostOfAKind)).OrderBy(i => i.FromNs)];

    private static IEnumerable<Impairment> Losses(QualityTrack track) =>
        Stretches(track.Seconds.Where(s => s.UpLoss >= NoticedLoss && s.Lost >= NoticedPackets).Select(s => (FromNs: s.EndNs - SecondNs, ToNs: s.EndNs, Item: s))).Select(stretch =>
        {
            var (lost, sent) = (stretch.Items.Sum(s => (long)s.Lost), stretch.Items.Sum(s => (long)s.Lost + s.Received));
            var (worst, repaired) = (stretch.Items.Max(s => s.UpLoss), stretch.Items.Sum(s => (long)s.Repaired));
            return new Impairment(
                track.ParticipantId, track.Role, "loss", stretch.FromNs, stretch.ToNs, string.Create(CultureInfo.InvariantCulture, $"{worst * 100:0} %"),
                string.Create(CultureInfo.InvariantCulture, $"{lost} of {sent} packets lost on the way to the server, {worst * 100:0} % at worst; {repaired} came again in time"));
        });

    private static IEnumerable<Impairment> Freezes(QualityTrack track) =>
        Stretches(track.Seen.Where(s => s.Freezes > 0).Select(s => (s.FromNs, ToNs: s.EndNs, Item: s))).Select(stretch =>
        {
            var (freezes, frozenMs) = (stretch.Items.Sum(s => s.Freezes), stretch.Items.Sum(s => (long)s.FrozenMs));
            return new Impairment(
                track.ParticipantId, track.Role, "freeze", stretch.FromNs, stretch.ToNs, string.Create(CultureInfo.InvariantCulture, $"{frozenMs / 1000.0:0.0} s"),
                string.Create(CultureInfo.InvariantCulture, $"the picture this participant saw stood still {freezes} times, {frozenMs} ms in all, by its own page"));
        });

    private static IEnumerable<(long FromNs, long ToNs, List<T> Items)> Stretches<T>(IEnumerable<(long FromNs, long ToNs, T Item)> inTime)
    {
        (long FromNs, long ToNs, List<T> Items)? open = null;
        foreach (var (from, to, item) in inTime)
        {
            if (open is { } known && from - known.ToNs <= JoinNs)
            {
                known.Items.Add(item);
                open = (known.FromNs, Math.Max(to, known.ToNs), known.Items);
                continue;
            }

            if (open is { } done)
                yield return done;
            open = (from, to, [item]);
        }

        if (open is { } last)
            yield return last;
    }
}

/// <param name="Kind">"loss" (on the participant's way to the server) or "freeze" (what its page saw).</param>
/// <param name="Figure">How bad, in any language: "12 %" at worst, "0.4 s" frozen.</param>
/// <param name="Detail">For people.</param>
internal sealed record Impairment(string ParticipantId, string Role, string Kind, long FromNs, long ToNs, string Figure, string Detail);
