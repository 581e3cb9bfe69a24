namespace AfterSales.Video.Fuzz;

/// <summary>
/// One parser under fuzz. A public or internal class with a parameterless constructor in this assembly is found by
/// reflection. To add one: a file in Targets/, seeds from real traffic (at least 50, see <see cref="SeedSet"/>), and a
/// <see cref="Run"/> that throws only for what would be a bug.
/// </summary>
public interface IFuzzTarget
{
    /// <summary>"group/parser", for example "rtc/stun": a group shares one budget of `make fuzz`.</summary>
    string Name { get; }

    /// <summary>Well-formed and known-nasty inputs; each is run unchanged first.</summary>
    IEnumerable<byte[]> Seeds { get; }

    /// <summary>Words of the format, put into inputs whole.</summary>
    IEnumerable<byte[]> Dictionary => [];

    /// <summary>
    /// Parses the input. A refusal is fine; any exception is a finding, and so is taking over 10 ms or over 1 MB.
    /// Keep no state between calls that makes an input's outcome depend on earlier ones.
    /// </summary>
    void Run(ReadOnlySpan<byte> input);
}
