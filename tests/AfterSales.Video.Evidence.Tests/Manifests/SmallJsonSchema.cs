using System.Text.Json;
using System.Text.RegularExpressions;

namespace AfterSales.Video.Evidence.Tests.Manifests;

/// <summary>The keywords of JSON Schema 2020-12 our schemas use; any other keyword is an error, so that none is silently not checked.</summary>
internal sealed class SmallJsonSchema(JsonElement root)
{
    private static readonly HashSet<string> Annotations = new(StringComparer.Ordinal) { "$schema", "$id", "$defs", "title", "description" };

    /// <summary>"" when valid, otherwise where and why not.</summary>
    public string Validate(JsonElement value) => Validate(root, value, "");

    private string Validate(JsonElement schema, JsonElement value, string at)
    {
        foreach (var keyword in schema.EnumerateObject().Where(k => !Annotations.Contains(k.Name)))
        {
            var problem = Check(schema, keyword.Name, keyword.Value, value, at);
            if (problem.Length > 0)
                return problem;
        }

        return "";
    }

    private string Check(JsonElement schema, string keyword, JsonElement rule, JsonElement value, string at) => keyword switch
    {
        "$ref" => Validate(Definition(rule.GetString()!), value, at),
        "type" => IsType(rule.GetString()!, value) ? "" : $"{at}: not {rule}",
        "const" => JsonElement.DeepEquals(rule, value) ? "" : $"{at}: not {rule}",
        "enum" => rule.EnumerateArray().Any(r => JsonElement.DeepEquals(r, value)) ? "" : $"{at}: not one of {rule}",
        "pattern" => Regex.IsMatch(value.GetString()!, rule.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1)) ? "" : $"{at}: does not match",
        "minimum" => value.GetInt64() >= rule.GetInt64() ? "" : $"{at}: too small",
        "maximum" => value.GetInt64() <= rule.GetInt64() ? "" : $"{at}: too large",
        "minItems" => value.GetArrayLength() >= rule.GetInt32() ? "" : $"{at}: too few",
        "required" => rule.EnumerateArray().FirstOrDefault(n => !value.TryGetProperty(n.GetString()!, out _)) is { ValueKind: JsonValueKind.String } missing ? $"{at}: {missing} is missing" : "",
        "additionalProperties" => rule.GetBoolean() ? throw new NotSupportedException() : Unknown(schema, value, at),
        "properties" => First(value.EnumerateObject().Where(m => rule.TryGetProperty(m.Name, out _)), m => Validate(rule.GetProperty(m.Name), m.Value, $"{at}/{m.Name}")),
        "items" => First(value.EnumerateArray(), item => Validate(rule, item, $"{at}[]")),
        _ => throw new NotSupportedException($"The keyword {keyword} is not checked here."),
    };

    private static string First<T>(IEnumerable<T> items, Func<T, string> check) => items.Select(check).FirstOrDefault(p => p.Length > 0) ?? "";

    private static string Unknown(JsonElement schema, JsonElement value, string at) =>
        First(value.EnumerateObject(), m => schema.GetProperty("properties").TryGetProperty(m.Name, out _) ? "" : $"{at}: {m.Name} is unknown");

    private static bool IsType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => throw new NotSupportedException(type),
    };

    private JsonElement Definition(string reference) => root.GetProperty("$defs").GetProperty(reference["#/$defs/".Length..]);
}
