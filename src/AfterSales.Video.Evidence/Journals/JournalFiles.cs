using System.Globalization;

namespace AfterSales.Video.Evidence.Journals;

/// <summary>Names of the files a recording's journal is made of: <c>journal.v1</c>, and after a disk error <c>journal-2.v1</c> and so on.</summary>
public static class JournalFiles
{
    public const string First = "journal.v1";

    /// <summary>More parts than that come from no disk error; it bounds a reader's open files.</summary>
    public const int MaxParts = 64;

    /// <param name="part">1 for the first.</param>
    public static string Name(int part) => part == 1 ? First : string.Create(CultureInfo.InvariantCulture, $"journal-{part}.v1");

    /// <summary>Paths of the parts that are there, in order; empty when the first is missing.</summary>
    public static IReadOnlyList<string> Find(string folder)
    {
        var paths = new List<string>();
        while (paths.Count < MaxParts && Path.Combine(folder, Name(paths.Count + 1)) is var path && File.Exists(path))
            paths.Add(path);
        return paths;
    }

    /// <summary>Name of a segment in the store; segments of a part in order are the part's file.</summary>
    /// <param name="index">1 for the first of the part.</param>
    public static string SegmentName(int part, int index) => string.Create(CultureInfo.InvariantCulture, $"journal-{part}-{index:D6}.seg");

    public static bool TryParseSegmentName(string name, out int part, out int index)
    {
        (part, index) = (0, 0);
        ArgumentNullException.ThrowIfNull(name);
        var pieces = name.Split('-', '.');
        return pieces is ["journal", var first, var second, "seg"]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out part)
            && int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out index)
            && part >= 1 && index >= 1 && name == SegmentName(part, index);
    }
}
