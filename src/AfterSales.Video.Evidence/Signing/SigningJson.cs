using System.Text.Json;
using System.Text.Json.Serialization;

namespace AfterSales.Video.Evidence.Signing;

internal sealed record EnvelopeDocument(string Payload, string PayloadType, SignatureDocument[] Signatures);

internal sealed record SignatureDocument(string Keyid, string Sig);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(EnvelopeDocument))]
[JsonSerializable(typeof(EnvelopeDocument[]))]
[JsonSerializable(typeof(KeySetDocument))]
internal sealed partial class SigningJson : JsonSerializerContext;
