namespace AfterSales.Video.Server.Hosting;

/// <summary>The command line: --sample, --data FOLDER, and settings as --Section:Key=value.</summary>
internal sealed record HubArguments(string DataFolder, bool Sample, string[] Rest)
{
    public static HubArguments Parse(string[] args)
    {
        var rest = new List<string>();
        var (folder, sample) = (".data", false);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--sample")
                sample = true;
            else if (args[i] == "--data")
                folder = ++i < args.Length ? args[i] : throw new StartRefusedException("--data needs a folder.");
            else if (args[i].StartsWith("--data=", StringComparison.Ordinal))
                folder = args[i]["--data=".Length..];
            else
                rest.Add(args[i]);
        }

        return new HubArguments(folder, sample, [.. rest]);
    }
}

/// <summary>The start is refused for a reason the operator can mend: told in one line, without a stack trace.</summary>
internal sealed class StartRefusedException(string message) : Exception(message);
