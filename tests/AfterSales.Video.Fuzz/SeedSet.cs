using System.Text;

namespace AfterSales.Video.Fuzz;

/// <summary>Ways to come to the fifty seeds every target starts from.</summary>
public static class SeedSet
{
    public const int Minimum = 50;

    /// <summary>The real inputs first, then deterministic variants of them up to <paramref name="count"/>.</summary>
    public static IReadOnlyList<byte[]> Expand(IEnumerable<byte[]> real, int count = Minimum)
    {
        var seeds = real.ToList();
        var originals = seeds.ToArray();
        var mutator = new Mutator(seed: 4571, originals, []);
        while (seeds.Count < count)
        {
            seeds.Add(mutator.Next().ToArray());
        }

        return seeds;
    }

    /// <summary>The files copied beside the program under Seeds/<paramref name="folder"/>.</summary>
    public static IEnumerable<byte[]> Files(string folder)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Seeds", folder);
        return Directory.Exists(path)
            ? Directory.GetFiles(path).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)
            : [];
    }

    /// <summary>Crashes found earlier: Regressions/&lt;target name with - for /&gt;/*. Run unchanged before anything else.</summary>
    public static IEnumerable<byte[]> Regressions(string targetName)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Regressions", targetName.Replace('/', '-'));
        return Directory.Exists(path)
            ? Directory.GetFiles(path).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)
            : [];
    }

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Bytes from hex digits; blanks and line ends between them are skipped.</summary>
    public static byte[] Hex(string digits) => Convert.FromHexString(string.Concat(digits.Where(c => !char.IsWhiteSpace(c))));
}
