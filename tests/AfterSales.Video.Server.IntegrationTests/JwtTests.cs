using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.IntegrationTests.Support;
using Microsoft.IdentityModel.Tokens;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>SE-02: tokens of an identity provider, with keys made here.</summary>
public sealed class JwtTests : IAsyncLifetime
{
    private const string Issuer = "https://id.example";
    private readonly RSA _key = RSA.Create(2048);
    private readonly string _jwks = Path.GetTempFileName();
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        var jwk = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_key.ExportParameters(false)) { KeyId = "k1" });
        await File.WriteAllTextAsync(_jwks, JsonSerializer.Serialize(new { keys = new[] { new { kty = "RSA", kid = "k1", use = "sig", alg = "RS256", n = jwk.N, e = jwk.E } } }));
        _hub = await TestHub.StartAsync($"--Oidc:Issuer={Issuer}", "--Oidc:Audience=hub", $"--Oidc:SigningKeysFile={_jwks}");
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _key.Dispose();
        File.Delete(_jwks);
    }

    [Fact]
    public async Task A_token_of_the_provider_signs_in_with_the_roles_it_names()
    {
        using var client = _hub.Client(Token());
        var session = JsonSerializer.Deserialize<SessionView>(await client.GetStringAsync("/api/session"), JsonSerializerOptions.Web)!;
        Assert.Equal(("Lin Yue", "lin@example.com"), (session.DisplayName, session.Email));
        Assert.Equal(["supervisor"], session.Roles);
        await (await client.GetAsync("/api/admin/agents")).ShouldBeAsync(403, ProblemCodes.Forbidden);
    }

    public static TheoryData<string> BadTokens => new(
        "alg none", "symmetric with the public key", "wrong audience", "wrong issuer", "wrong type", "expired", "not yet valid", "without expiry", "other key",
        "injected key", "injected key address", "path as kid", "no role", "signature cut", "payload changed");

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task A_forged_or_foreign_token_is_refused(string kind)
    {
        using var client = _hub.Client(Bad(kind));
        await (await client.GetAsync("/api/session")).ShouldBeAsync(401, ProblemCodes.Unauthenticated);
    }

    private string Bad(string kind)
    {
        using var other = RSA.Create(2048);
        var good = Token();
        var parts = good.Split('.');
        return kind switch
        {
            "alg none" => $"{Part(new { alg = "none", typ = "at+jwt" })}.{parts[1]}.",
            "symmetric with the public key" => Hmac(parts[1]),
            "wrong audience" => Token(audience: "other"),
            "wrong issuer" => Token(issuer: "https://evil.example"),
            "wrong type" => Token(type: "JWT"),
            "expired" => Token(expires: -10),
            "not yet valid" => Token(notBefore: 10, expires: 20),
            "without expiry" => Token(expires: null),
            "other key" => Token(key: other),
            "injected key" => Token(key: other, header: new() { ["jwk"] = new { kty = "RSA", n = "AQAB", e = "AQAB" } }),
            "injected key address" => Token(key: other, header: new() { ["jku"] = "https://evil.example/keys", ["x5u"] = "https://evil.example/cert" }),
            "path as kid" => Token(key: other, kid: "../../../../dev/null"),
            "no role" => Token(role: "owner"),
            "signature cut" => $"{parts[0]}.{parts[1]}.{parts[2][..^4]}",
            "payload changed" => $"{parts[0]}.{Part(new { iss = Issuer, aud = "hub", sub = "x", roles = "admin", exp = 4102444800 })}.{parts[2]}",
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    private string Hmac(string payload)
    {
        var head = Part(new { alg = "HS256", typ = "at+jwt", kid = "k1" });
        var signed = $"{head}.{payload}";
        var secret = Encoding.UTF8.GetBytes(_key.ExportSubjectPublicKeyInfoPem());
        return $"{signed}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(signed)))}";
    }

    private string Token(
        string issuer = Issuer, string audience = "hub", string type = "at+jwt", int? expires = 5, int notBefore = -1, string role = "supervisor", RSA? key = null,
        string kid = "k1", Dictionary<string, object>? header = null)
    {
        var now = DateTimeOffset.UtcNow;
        var payload = new Dictionary<string, object>
        {
            ["iss"] = issuer,
            ["aud"] = audience,
            ["sub"] = "u-1",
            ["name"] = "Lin Yue",
            ["email"] = "lin@example.com",
            ["roles"] = role,
            ["nbf"] = now.AddMinutes(notBefore).ToUnixTimeSeconds(),
        };
        if (expires is { } minutes)
            payload["exp"] = now.AddMinutes(minutes).ToUnixTimeSeconds();
        var head = new Dictionary<string, object> { ["alg"] = "RS256", ["typ"] = type, ["kid"] = kid };
        foreach (var (name, value) in header ?? [])
            head[name] = value;
        var signed = $"{Part(head)}.{Part(payload)}";
        var signature = (key ?? _key).SignData(Encoding.UTF8.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Base64UrlEncoder.Encode(signature)}";
    }

    private static string Part(object value) => Base64UrlEncoder.Encode(JsonSerializer.Serialize(value));
}
