using System.Text.Json;

namespace AfterSales.Video.Server.Data;

/// <summary>The snake_case word of an enum value, as on the wire and in the database.</summary>
internal static class Words
{
    public static string Of<T>(T value) where T : struct, Enum => Table<T>.Words[value];

    public static T Parse<T>(string word) where T : struct, Enum => Table<T>.Values[word];

    public static bool TryParse<T>(string word, out T value) where T : struct, Enum => Table<T>.Values.TryGetValue(word, out value);

    private static class Table<T> where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Words =
            Enum.GetValues<T>().ToDictionary(v => v, v => JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString()));

        public static readonly Dictionary<string, T> Values = Words.ToDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);
    }
}
