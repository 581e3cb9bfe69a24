namespace AfterSales.Video.Benchmarks;

/// <summary>One table of figures. A class with a parameterless constructor in this assembly is found by reflection.</summary>
public interface IBenchmark
{
    /// <summary>What to type on the command line.</summary>
    string Name { get; }

    string Title { get; }

    /// <summary>Measures and writes a Markdown table.</summary>
    void Run(TextWriter output);
}
