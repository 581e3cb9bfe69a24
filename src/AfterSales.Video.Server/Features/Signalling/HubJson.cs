using System.Text.Json;
using System.Text.Json.Serialization;
using AfterSales.Video.Contracts.Hubs;

namespace AfterSales.Video.Server.Features.Signalling;

/// <summary>
/// SignalR writes an argument as its run-time type, which leaves out the discriminator that stands on the base type; this
/// writes such a message as its base.
/// </summary>
internal sealed class HubMessageConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => BaseOf(typeToConvert) is not null;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(AsBase<,>).MakeGenericType(typeToConvert, BaseOf(typeToConvert)!), Plain(options))!;

    private static Type? BaseOf(Type type) =>
        type.BaseType == typeof(CallMessage) || type.BaseType == typeof(DeskMessage) ? type.BaseType : null;

    private static JsonSerializerOptions Plain(JsonSerializerOptions options)
    {
        var plain = new JsonSerializerOptions(options);
        foreach (var own in plain.Converters.OfType<HubMessageConverterFactory>().ToList())
            plain.Converters.Remove(own);
        return plain;
    }

    private sealed class AsBase<T, TBase>(JsonSerializerOptions plain) : JsonConverter<T>
        where T : TBase
    {
        public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            (T?)JsonSerializer.Deserialize<TBase>(ref reader, plain);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize<TBase>(writer, value, plain);
    }
}
