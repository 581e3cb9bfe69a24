using System.Globalization;

namespace AfterSales.Video.TestKit.Network;

/// <summary>One change of a link, <paramref name="At"/> after the start.</summary>
/// <param name="Up">What holds for client to server from now on; null: as before.</param>
/// <param name="Down">The same for server to client.</param>
/// <param name="ChangesAddress">Clients go on from a new port, as after a change of network.</param>
public sealed record LinkStep(TimeSpan At, LinkConditions? Up, LinkConditions? Down, bool ChangesAddress);

/// <summary>
/// What happens to a link over time, as a small text: a line is `seconds direction conditions`, `#` begins a comment. Directions: `up` (client to server), `down`, `both`.
/// <code>
/// 0   both  loss 5% delay 50ms jitter 10ms
/// 10  up    rate 300kbit queue 300ms
/// 20  both  loss 40% burst 8 reorder 1% duplicate 1%
/// 25  both  dead
/// 30  both  clear
/// 40  rebind
/// </code>
/// A line replaces all conditions of its direction.
/// </summary>
public sealed record LinkScript(IReadOnlyList<LinkStep> Steps)
{
    /// <summary>The same from the start to the end, both ways.</summary>
    public static LinkScript Always(LinkConditions conditions) => new([new LinkStep(TimeSpan.Zero, conditions, conditions, ChangesAddress: false)]);

    /// <exception cref="FormatException">Names the line and what it should have been.</exception>
    public static LinkScript Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var steps = new List<LinkStep>();
        foreach (var (line, number) in text.Split('\n').Select((line, index) => (line.Split('#')[0].Trim(), index + 1)).Where(l => l.Item1.Length > 0))
        {
            var step = new LineParser(line, number).Parse();
            if (steps.Count > 0 && step.At < steps[^1].At)
                throw new FormatException($"Line {number}: times must grow.");
            steps.Add(step);
        }

        return new LinkScript(steps);
    }

    private sealed class LineParser(string line, int number)
    {
        private readonly Queue<string> _words = new(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

        public LinkStep Parse()
        {
            var at = TimeSpan.FromSeconds(Number(Next("a time in seconds"), "", "a time in seconds"));
            var direction = Next("up, down, both or rebind");
            if (direction == "rebind")
                return new LinkStep(at, null, null, ChangesAddress: true);
            var conditions = Conditions();
            return direction switch
            {
                "up" => new LinkStep(at, conditions, null, ChangesAddress: false),
                "down" => new LinkStep(at, null, conditions, ChangesAddress: false),
                "both" => new LinkStep(at, conditions, conditions, ChangesAddress: false),
                _ => throw Wrong(direction, "up, down, both or rebind"),
            };
        }

        private LinkConditions Conditions()
        {
            var conditions = LinkConditions.Clear;
            while (_words.TryDequeue(out var word))
            {
                conditions = word switch
                {
                    "clear" => LinkConditions.Clear,
                    "dead" => LinkConditions.Dead,
                    "loss" => conditions with { Loss = Share() },
                    "burst" => conditions with { MeanBurst = Number(Next("a number of packets"), "", "a number of packets") },
                    "delay" => conditions with { Delay = Milliseconds() },
                    "jitter" => conditions with { Jitter = Milliseconds() },
                    "reorder" => conditions with { Reorder = Share() },
                    "hold" => conditions with { ReorderHold = Milliseconds() },
                    "duplicate" => conditions with { Duplicate = Share() },
                    "rate" => conditions with { RateBps = Number(Next("300kbit"), "kbit", "300kbit") * 1000 },
                    "queue" => conditions with { Queue = Milliseconds() },
                    _ => throw Wrong(word, "loss, burst, delay, jitter, reorder, hold, duplicate, rate, queue, dead or clear"),
                };
            }

            return conditions;
        }

        private string Next(string expected) => _words.TryDequeue(out var word) ? word : throw Wrong("the end", expected);

        private double Share()
        {
            var share = Number(Next("5%"), "%", "5%") / 100;
            return share <= 1 ? share : throw Wrong($"{share:P0}", "at most 100%");
        }

        private TimeSpan Milliseconds() => TimeSpan.FromMilliseconds(Number(Next("50ms"), "ms", "50ms"));

        private double Number(string word, string unit, string expected) =>
            word.EndsWith(unit, StringComparison.Ordinal)
            && double.TryParse(word.AsSpan(0, word.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw Wrong(word, expected);

        private FormatException Wrong(string found, string expected) => new($"Line {number}, '{line}': found '{found}' where {expected} was expected.");
    }
}
