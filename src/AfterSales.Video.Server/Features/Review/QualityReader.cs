using System.Text.Json;
using AfterSales.Video.Contracts.Http;

namespace AfterSales.Video.Server.Features.Review;

/// <summary>timeline.json's quality by the second (recordings-schema/playback/v1) as the replay page draws it: a bounded number of steps, however long the call.</summary>
internal static class QualityReader
{
    /// <summary>About as many as a wide screen has room for.</summary>
    private const int MostSteps = 600;

    public static IReadOnlyList<ReviewQualityView> Quality(JsonElement timeline)
    {
        var step = Math.Max(1, Math.Ceiling(PlaybackReader.Number(timeline, "durationSeconds") / MostSteps));
        var steps = (int)Math.Ceiling(PlaybackReader.Number(timeline, "durationSeconds") / step);
        return PlaybackReader.Items(timeline, "quality").Where(_ => steps > 0).Select(person => Person(person, step, steps)).ToList();
    }

    private static ReviewQualityView Person(JsonElement person, double step, int steps)
    {
        var places = Column(person, "seconds").Select(seconds => (int)Math.Clamp(Math.Ceiling(seconds / step) - 1, -1, steps - 1)).ToArray();
        return new ReviewQualityView(
            PlaybackReader.Text(person, "participantId"), PlaybackReader.Text(person, "role"), step,
            Steps(places, Column(person, "upLoss"), steps, worst: true), Steps(places, Column(person, "downLoss"), steps, worst: true),
            Steps(places, Column(person, "upKbps"), steps, worst: false), Steps(places, Column(person, "downKbps"), steps, worst: false),
            Steps(places, Column(person, "roundTripMs"), steps, worst: true), Freezes(person));
    }

    /// <summary>The worst or the mean of each step; -1 where nothing was measured.</summary>
    private static double[] Steps(int[] places, double[] column, int steps, bool worst)
    {
        var (sums, counts) = (new double[steps], new int[steps]);
        for (var i = 0; i < Math.Min(places.Length, column.Length); i++)
        {
            if (places[i] < 0)
                continue;
            sums[places[i]] = worst ? Math.Max(sums[places[i]], column[i]) : sums[places[i]] + column[i];
            counts[places[i]]++;
        }

        return [.. sums.Select((sum, i) => counts[i] == 0 ? -1 : Math.Round(worst ? sum : sum / counts[i], 3))];
    }

    private static List<ReviewFreezeView> Freezes(JsonElement person) => PlaybackReader.Items(person, "seen")
        .Where(seen => PlaybackReader.Number(seen, "freezes") > 0 && PlaybackReader.Number(seen, "toSeconds") > 0).Take(MostSteps)
        .Select(seen => new ReviewFreezeView(
            Math.Max(0, PlaybackReader.Number(seen, "fromSeconds")), PlaybackReader.Number(seen, "toSeconds"), (int)PlaybackReader.Number(seen, "freezes"), PlaybackReader.Number(seen, "frozenMs") / 1000))
        .ToList();

    private static double[] Column(JsonElement person, string name) =>
        [.. PlaybackReader.Items(person, name).Select(value => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0)];
}
