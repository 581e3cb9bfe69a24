using System.Text.Json;
using System.Text.Json.Serialization;
using AfterSales.Video.Evidence.Custody;
using AfterSales.Video.Evidence.Signing;

namespace AfterSales.Video.Evidence.Manifests;

/// <summary>Strict readers and writers of every signed document: unknown names, missing values and nulls are refused.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(Checkpoint))]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(Tombstone))]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(DerivativeDocument))]
[JsonSerializable(typeof(ExportList))]
[JsonSerializable(typeof(CustodyEntry))]
[JsonSerializable(typeof(CustodyRoot))]
[JsonSerializable(typeof(CustodyExtract))]
internal sealed partial class EvidenceJson : JsonSerializerContext;
