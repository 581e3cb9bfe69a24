using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace AfterSales.Video.Evidence.Signing;

/// <summary>
/// RFC 8785 (JSON Canonicalization Scheme) without fractions: one value has exactly one sequence of bytes. Numbers are integers within
/// ±(2^53-1), so that a browser reads the same. A reader refuses everything else, duplicate names included.
/// </summary>
public static class CanonicalJson
{
    /// <summary>Largest integer every JSON reader keeps exactly (RFC 7493 §2.2).</summary>
    public const long MaxInteger = (1L << 53) - 1;
    private const int MaxDepth = 24;

    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\']);
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>The canonical bytes of a record.</summary>
    /// <exception cref="InvalidOperationException">The value holds a fraction, a too large integer or a lone surrogate: a bug of the caller.</exception>
    public static byte[] Write<T>(T value, JsonTypeInfo<T> type)
    {
        using var document = JsonSerializer.SerializeToDocument(value, type);
        return Write(document.RootElement);
    }

    /// <inheritdoc cref="Write{T}"/>
    public static byte[] Write(JsonElement element)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        Append(buffer, element);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads canonical bytes into a record. False with a reason when the bytes are not canonical or not this record and nothing else.</summary>
    public static bool TryRead<T>(ReadOnlyMemory<byte> utf8, JsonTypeInfo<T> type, out T value, out string problem)
    {
        value = default!;
        if (!TryParse(utf8, out var document, out problem))
            return false;
        using (document)
        {
            return TryDeserialize(document.RootElement, type, out value, out problem) && IsSame(utf8.Span, value, type, out problem);
        }
    }

    /// <summary>Parses canonical bytes. The caller disposes the document.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> utf8, out JsonDocument document, out string problem)
    {
        document = null!;
        problem = "not UTF-8";
        if (!Utf8.IsValid(utf8.Span))
            return false;
        try
        {
            var parsed = JsonDocument.Parse(utf8, Strict);
            if (Write(parsed.RootElement).AsSpan().SequenceEqual(utf8.Span))
            {
                (document, problem) = (parsed, "");
                return true;
            }

            parsed.Dispose();
            problem = "not in canonical form (RFC 8785)";
        }
        catch (JsonException e)
        {
            problem = $"not JSON: {e.Message}";
        }
        catch (InvalidOperationException e)
        {
            problem = e.Message;
        }

        return false;
    }

    private static bool TryDeserialize<T>(JsonElement element, JsonTypeInfo<T> type, out T value, out string problem)
    {
        (value, problem) = (default!, "");
        if (HoldsNull(element))
        {
            // An absent value is left out; a null would be a second way to say so, and no reader expects one in a list.
            problem = "holds a null";
            return false;
        }

        try
        {
            value = element.Deserialize(type)!;
            problem = value is null ? "null where a document was expected" : "";
        }
        catch (JsonException e)
        {
            problem = $"not the expected document: {e.Message}";
        }

        return problem.Length == 0;
    }

    /// <summary>What was read must say all that stands there: no explicit null, no second way to write a time.</summary>
    private static bool IsSame<T>(ReadOnlySpan<byte> utf8, T value, JsonTypeInfo<T> type, out string problem)
    {
        problem = Write(value, type).AsSpan().SequenceEqual(utf8) ? "" : "holds values that are not written the one prescribed way";
        return problem.Length == 0;
    }

    private static bool HoldsNull(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.Object => element.EnumerateObject().Any(m => HoldsNull(m.Value)),
        JsonValueKind.Array => element.EnumerateArray().Any(HoldsNull),
        _ => false,
    };

    private static void Append(ArrayBufferWriter<byte> to, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object: AppendObject(to, element); break;
            case JsonValueKind.Array: AppendArray(to, element); break;
            case JsonValueKind.String: AppendString(to, element.GetString()!); break;
            case JsonValueKind.Number: AppendInteger(to, element); break;
            case JsonValueKind.True: to.Write("true"u8); break;
            case JsonValueKind.False: to.Write("false"u8); break;
            case JsonValueKind.Null: to.Write("null"u8); break;
            default: throw new InvalidOperationException("The value is undefined.");
        }
    }

    /// <summary>Members in the order of their UTF-16 code units (RFC 8785 §3.2.3).</summary>
    private static void AppendObject(ArrayBufferWriter<byte> to, JsonElement element)
    {
        var separator = (byte)'{';
        string? previous = null;
        foreach (var member in element.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
        {
            if (string.Equals(previous, member.Name, StringComparison.Ordinal))
                throw new InvalidOperationException("A name stands twice in an object.");
            to.Write([separator]);
            AppendString(to, member.Name);
            to.Write(":"u8);
            Append(to, member.Value);
            (separator, previous) = ((byte)',', member.Name);
        }

        to.Write(previous is null ? "{}"u8 : "}"u8);
    }

    private static void AppendArray(ArrayBufferWriter<byte> to, JsonElement element)
    {
        to.Write("["u8);
        var first = true;
        foreach (var item in element.EnumerateArray())
        {
            if (!first)
                to.Write(","u8);
            Append(to, item);
            first = false;
        }

        to.Write("]"u8);
    }

    private static void AppendInteger(ArrayBufferWriter<byte> to, JsonElement element)
    {
        if (!element.TryGetInt64(out var value) || value is > MaxInteger or < -MaxInteger)
            throw new InvalidOperationException("A number is not an integer within ±(2^53-1).");
        Span<byte> digits = stackalloc byte[20];
        value.TryFormat(digits, out var written, provider: CultureInfo.InvariantCulture);
        to.Write(digits[..written]);
    }

    /// <summary>RFC 8785 §3.2.2.2: escape what must be, the short way where there is one, and nothing else.</summary>
    private static void AppendString(ArrayBufferWriter<byte> to, string text)
    {
        to.Write("\""u8);
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var plain = rest.IndexOfAny(Escaped);
            AppendPlain(to, plain < 0 ? rest : rest[..plain]);
            if (plain < 0)
                break;
            AppendEscape(to, rest[plain]);
            rest = rest[(plain + 1)..];
        }

        to.Write("\""u8);
    }

    private static void AppendPlain(ArrayBufferWriter<byte> to, ReadOnlySpan<char> text)
    {
        var span = to.GetSpan(Encoding.UTF8.GetByteCount(text));
        if (Utf8.FromUtf16(text, span, out _, out var written, replaceInvalidSequences: false) != OperationStatus.Done)
            throw new InvalidOperationException("A string holds a lone surrogate.");
        to.Advance(written);
    }

    private static void AppendEscape(ArrayBufferWriter<byte> to, char c)
    {
        switch (c)
        {
            case '"': to.Write("\\\""u8); break;
            case '\\': to.Write("\\\\"u8); break;
            case '\b': to.Write("\\b"u8); break;
            case '\t': to.Write("\\t"u8); break;
            case '\n': to.Write("\\n"u8); break;
            case '\f': to.Write("\\f"u8); break;
            case '\r': to.Write("\\r"u8); break;
            default:
                to.Write("\\u00"u8);
                to.Write([(byte)(c < 0x10 ? '0' : '1'), (byte)"0123456789abcdef"[c & 0xF]]);
                break;
        }
    }
}
