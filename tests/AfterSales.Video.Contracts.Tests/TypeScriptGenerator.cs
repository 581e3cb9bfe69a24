using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AfterSales.Video.Contracts.Tests;

/// <summary>Writes the TypeScript of every DTO and hub in Contracts: records become types, polymorphic bases become unions.</summary>
internal static class TypeScriptGenerator
{
    private static readonly NullabilityInfoContext Nullability = new();

    public static string Generate(Assembly contracts)
    {
        var text = new StringBuilder();
        text.Append("// Generated from AfterSales.Video.Contracts by `make contracts`. Do not edit.\n");
        foreach (var type in contracts.GetExportedTypes().OrderBy(t => t.Namespace, StringComparer.Ordinal).ThenBy(t => t.Name, StringComparer.Ordinal))
        {
            text.Append('\n');
            if (type.IsInterface)
                AppendHub(text, type);
            else if (type is { IsAbstract: true, IsSealed: true })
                AppendCodes(text, type);
            else if (type.GetCustomAttributes<JsonDerivedTypeAttribute>().Any())
                AppendUnion(text, type);
            else
                AppendRecord(text, type);
        }

        return text.ToString();
    }

    private static void AppendRecord(StringBuilder text, Type type)
    {
        var discriminator = type.BaseType?.GetCustomAttributes<JsonDerivedTypeAttribute>().FirstOrDefault(d => d.DerivedType == type);
        text.Append($"export type {type.Name} = {{\n");
        if (discriminator is not null)
            text.Append($"  readonly type: '{discriminator.TypeDiscriminator}'\n");
        foreach (var property in type.GetProperties().Where(p => p.GetIndexParameters().Length == 0))
            text.Append($"  readonly {Camel(property.Name)}: {NameOf(property.PropertyType, Nullability.Create(property))}\n");
        text.Append("}\n");
    }

    private static void AppendUnion(StringBuilder text, Type type) =>
        text.Append($"export type {type.Name} =\n{string.Join("\n", type.GetCustomAttributes<JsonDerivedTypeAttribute>().Select(d => $"  | {d.DerivedType.Name}"))}\n");

    private static void AppendHub(StringBuilder text, Type type)
    {
        text.Append($"export type {type.Name[1..]}Methods = {{\n");
        foreach (var method in type.GetMethods())
        {
            var parameters = string.Join(", ", method.GetParameters().Select(p => $"{p.Name}: {NameOf(p.ParameterType, Nullability.Create(p))}"));
            var returns = method.ReturnType.IsGenericType ? NameOf(method.ReturnType.GetGenericArguments()[0], null) : "void";
            text.Append($"  {method.Name}({parameters}): {returns}\n");
        }

        text.Append("}\n");
    }

    private static void AppendCodes(StringBuilder text, Type type)
    {
        var values = type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => $"'{f.GetRawConstantValue()}'");
        text.Append($"export const {Camel(type.Name)} = [\n{string.Join(",\n", values.Select(v => "  " + v))},\n] as const\n");
        text.Append($"export type {type.Name[..^1]} = (typeof {Camel(type.Name)})[number]\n");
    }

    private static string NameOf(Type type, NullabilityInfo? nullability)
    {
        var nullable = Nullable.GetUnderlyingType(type);
        var name = Simple(nullable ?? type, nullability);
        return nullable is not null || nullability?.ReadState == NullabilityState.Nullable ? $"{name} | null" : name;
    }

    private static string Simple(Type type, NullabilityInfo? nullability)
    {
        if (type == typeof(string) || type == typeof(DateTimeOffset))
            return "string";
        if (type == typeof(bool))
            return "boolean";
        if (type.IsPrimitive || type == typeof(decimal))
            return "number";
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return $"readonly {NameOf(type.GetGenericArguments()[0], nullability?.GenericTypeArguments.FirstOrDefault())}[]";
        if (type.Namespace?.StartsWith("AfterSales.Video.Contracts", StringComparison.Ordinal) == true)
            return type.Name;
        throw new NotSupportedException($"{type} has no TypeScript form here: use string, bool, numbers, DateTimeOffset, IReadOnlyList or a record of Contracts.");
    }

    private static string Camel(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}
