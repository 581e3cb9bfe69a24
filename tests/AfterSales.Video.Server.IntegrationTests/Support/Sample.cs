using System.Net.Http.Json;
using AfterSales.Video.Contracts.Http;

namespace AfterSales.Video.Server.IntegrationTests.Support;

internal static class Sample
{
    public static OpenTicketRequest Ticket(string subject = "左耳没有声音", string name = "王小明", string phone = "13812344821", string order = "69230014821") =>
        new(subject, name, phone, "product", "douyin", order, [new OrderLine("EB-01", "无线耳机", 1, 299.00m, "CNY")]);

    /// <summary>The smallest thing that begins like a JPEG.</summary>
    public static byte[] Jpeg(int length = 2000)
    {
        var bytes = new byte[length];
        byte[] start = [0xFF, 0xD8, 0xFF, 0xE0];
        start.CopyTo(bytes, 0);
        return bytes;
    }
}

internal static class HttpClientExtensions
{
    public static async Task<T> PostOkAsync<T>(this HttpClient client, string path, object? body)
    {
        using var answer = await client.PostAsJsonAsync(path, body);
        Assert.True(answer.IsSuccessStatusCode, $"POST {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return (await answer.Content.ReadFromJsonAsync<T>())!;
    }

    /// <summary>Asserts an RFC 9457 problem with this status and code.</summary>
    public static async Task ShouldBeAsync(this HttpResponseMessage answer, int status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode} instead of {status}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("code").GetString());
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    public static async Task PostRefusedAsync(this HttpClient client, string path, object? body, int status, string code)
    {
        using var answer = await client.PostAsJsonAsync(path, body);
        await answer.ShouldBeAsync(status, code);
    }
}
