using System.Text.Json;
using System.Text.Json.Serialization;

namespace AfterSales.Video.Storage.FileSystem;

/// <summary>Content of ".name.json".</summary>
internal sealed record ObjectDescription(long Length, string Sha256, string ContentType, DateTimeOffset WrittenAt, IReadOnlyDictionary<string, string> Tags);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ObjectDescription))]
internal sealed partial class ObjectDescriptionJson : JsonSerializerContext;
