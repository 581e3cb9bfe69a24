using System.Globalization;

namespace AfterSales.Video.Load;

/// <summary>What the command line asked for.</summary>
internal sealed record LoadArguments
{
    public const string Usage = """
        Holds two-party calls with real pictures and voices on a server and measures it.

          peers                     our hub and Janus in turn with the same load, then our hub alone up to --up-to
          hub                       our hub, started for it
          janus                     Debian's Janus, started for it
          hub-at  --url U --email E --password P [--pid N]      a hub that runs already
          whip    --whip T --whep T [--bearer B] [--pid N]      any WHIP and WHEP server; {call}, {role}, {other} in the addresses

          --calls 1,10,25,40        steps                         --seconds 20    measured in each step
          --up-to 50,75,100         further steps of `peers`      --settle 10     seconds before it
          --codec VP8|H264          the picture                   --loop 10       seconds of content
          --server-core N           pins the started server; pin this program to another with taskset
          --event-loops 0,1,2       settings of Janus to try, the best is taken
          --server DLL --cache FOLDER --out FOLDER
        """;

    private static readonly string[] Commands = ["peers", "hub", "janus", "hub-at", "whip"];

    public required string Command { get; init; }
    public IReadOnlyList<int> Calls { get; init; } = [1, 10, 25, 40];
    public IReadOnlyList<int> UpTo { get; init; } = [50, 75, 100];
    public IReadOnlyList<int> EventLoops { get; init; } = [0, 1, 2];
    public TimeSpan Measured { get; init; } = TimeSpan.FromSeconds(20);
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(10);
    public int LoopSeconds { get; init; } = 10;
    public string Codec { get; init; } = "VP8";
    public int? ServerCore { get; init; }
    public int? ProcessId { get; init; }
    public string? Url { get; init; }
    public string? Email { get; init; }
    public string? Password { get; init; }
    public string? Whip { get; init; }
    public string? Whep { get; init; }
    public string? Bearer { get; init; }
    public string? Server { get; init; }
    public string? Cache { get; init; }
    public string Out { get; init; } = "artifacts/load";

    /// <param name="error">What is wrong and what to write; null when all is well.</param>
    public static bool TryParse(IReadOnlyList<string> args, out LoadArguments? parsed, out string? error)
    {
        (parsed, error) = (null, null);
        if (args.Count == 0 || !Commands.Contains(args[0], StringComparer.Ordinal))
        {
            error = Usage;
            return false;
        }

        var result = new LoadArguments { Command = args[0] };
        for (var i = 1; i < args.Count; i += 2)
        {
            if (i + 1 == args.Count || With(result, args[i], args[i + 1]) is not { } next)
            {
                error = $"{args[i]} {(i + 1 == args.Count ? "needs a value" : $"cannot be '{args[i + 1]}'")}.\n\n{Usage}";
                return false;
            }

            result = next;
        }

        error = result.Missing();
        parsed = error is null ? result : null;
        return error is null;
    }

    private string? Missing() => Command switch
    {
        "hub-at" when Url is null || Email is null || Password is null => "hub-at needs --url, --email and --password.",
        "whip" when Whip is null || Whep is null => "whip needs --whip and --whep.",
        _ => null,
    };

    private static LoadArguments? With(LoadArguments now, string name, string value) => name switch
    {
        "--calls" => Numbers(value, 1, 1000) is { } calls ? now with { Calls = calls } : null,
        "--up-to" => Numbers(value, 1, 1000) is { } calls ? now with { UpTo = calls } : null,
        "--event-loops" => Numbers(value, 0, 64) is { } loops ? now with { EventLoops = loops } : null,
        "--seconds" => Number(value, 1, 3600) is { } seconds ? now with { Measured = TimeSpan.FromSeconds(seconds) } : null,
        "--settle" => Number(value, 0, 3600) is { } seconds ? now with { Settle = TimeSpan.FromSeconds(seconds) } : null,
        "--loop" => Number(value, 1, 20) is { } seconds ? now with { LoopSeconds = seconds } : null,
        "--server-core" => Number(value, 0, 1023) is { } core ? now with { ServerCore = core } : null,
        "--pid" => Number(value, 1, int.MaxValue) is { } id ? now with { ProcessId = id } : null,
        "--codec" => value is "VP8" or "H264" ? now with { Codec = value } : null,
        "--url" => Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? now with { Url = value } : null,
        "--email" => now with { Email = value },
        "--password" => now with { Password = value },
        "--whip" => Servers.WhipTemplates.TryFill(value, 0, Servers.Roles.Buyer, out _) ? now with { Whip = value } : null,
        "--whep" => Servers.WhipTemplates.TryFill(value, 0, Servers.Roles.Buyer, out _) ? now with { Whep = value } : null,
        "--bearer" => now with { Bearer = value },
        "--server" => now with { Server = value },
        "--cache" => now with { Cache = value },
        "--out" => now with { Out = value },
        _ => null,
    };

    private static int[]? Numbers(string text, int min, int max)
    {
        var numbers = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part => Number(part, min, max)).ToArray();
        return numbers.Length == 0 || numbers.Contains(null) ? null : [.. numbers.Select(n => n!.Value)];
    }

    private static int? Number(string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number : null;
}
