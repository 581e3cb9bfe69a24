using System.Net;
using System.Net.Http.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.IntegrationTests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>SE-17: a crawl over every route there is.</summary>
public sealed class HeaderTests(SharedHub shared) : IClassFixture<SharedHub>
{
    [Fact]
    public async Task Every_route_answers_every_method_with_the_security_headers_and_never_a_5xx()
    {
        using var admin = shared.Hub.Admin();
        using var stranger = shared.Hub.Client();
        var paths = shared.Hub.App.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Select(e => Fill(e.RoutePattern)).Append("/no/such/page").Append("/api/no/such").Distinct().ToList();
        Assert.True(paths.Count > 30, $"{paths.Count} routes");

        foreach (var path in paths)
        {
            foreach (var method in new[] { "GET", "POST", "PUT", "DELETE", "PATCH" })
            {
                foreach (var client in new[] { admin, stranger })
                {
                    if (path == "/api/session" && method == "DELETE")
                        continue;
                    using var request = new HttpRequestMessage(new HttpMethod(method), path);
                    using var answer = await client.SendAsync(request);
                    Check(answer, $"{method} {path}");
                }
            }
        }
    }

    [Fact]
    public async Task The_buyers_page_sends_no_referrer()
    {
        using var client = shared.Hub.Client();
        Assert.Equal("no-referrer", (await client.GetAsync("/c")).Headers.GetValues("Referrer-Policy").Single());
    }

    [Theory]
    [InlineData("https://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("own", 401)]
    public async Task Changes_from_foreign_origins_are_refused(string origin, int status)
    {
        using var client = shared.Hub.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/session") { Content = JsonContent.Create(new SignInRequest("a@b.c", "d")) };
        request.Headers.Add("Origin", origin == "own" ? shared.Hub.Url.GetLeftPart(UriPartial.Authority) : origin);
        using var answer = await client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Refusals_of_the_framework_are_problems_too()
    {
        using var client = shared.Hub.Admin();
        await (await client.GetAsync("/api/no/such")).ShouldBeAsync(404, ProblemCodes.NotFound);
        await (await client.PatchAsync("/api/tickets", null)).ShouldBeAsync(405, ProblemCodes.RequestInvalid);
        await (await client.PostAsync("/api/tickets", new StringContent("x"))).ShouldBeAsync(415, ProblemCodes.RequestInvalid);
        using var large = new StringContent("{\"subject\":\"" + new string('x', 70_000) + "\"}", System.Text.Encoding.UTF8, "application/json");
        await (await client.PostAsync("/api/tickets", large)).ShouldBeAsync(413, ProblemCodes.RequestTooLarge);
    }

    [Fact]
    public async Task What_is_no_hub_connection_is_refused_with_a_problem()
    {
        using var client = shared.Hub.Admin();
        await (await client.GetAsync("/hubs/call")).ShouldBeAsync(400, ProblemCodes.RequestInvalid);
        await (await client.PostAsync("/hubs/desk", null)).ShouldBeAsync(400, ProblemCodes.RequestInvalid);
        await (await client.GetAsync("/hubs/call?id=nobody")).ShouldBeAsync(404, ProblemCodes.NotFound);
        using var negotiated = await client.PostAsync("/hubs/call/negotiate?negotiateVersion=1", null);
        Assert.Contains("connectionToken", await negotiated.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_that_are_not_built_are_a_problem_that_says_how_to_build_them()
    {
        await using var hub = await TestHub.StartAsync("--Web:Root=no-such-folder");
        using var client = hub.Client();
        using var answer = await client.GetAsync("/desk");
        Assert.Contains("npm run build", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await answer.ShouldBeAsync(503, ProblemCodes.Unavailable);
    }

    private static void Check(HttpResponseMessage answer, string what)
    {
        Assert.True((int)answer.StatusCode < 500 || answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{what}: {(int)answer.StatusCode}");
        string Header(string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : throw new Xunit.Sdk.XunitException($"{what} ({(int)answer.StatusCode}) has no {name}");
        var policy = Header("Content-Security-Policy");
        Assert.Contains("object-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("base-uri 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Header("X-Content-Type-Options"));
        Assert.Contains("camera=(self), microphone=(self)", Header("Permissions-Policy"), StringComparison.Ordinal);
        Assert.NotEmpty(Header("Referrer-Policy"));
        if ((int)answer.StatusCode >= 400)
            Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{what}: {(int)answer.StatusCode} as {answer.Content.Headers.ContentType}");
    }

    private static string Fill(RoutePattern pattern) =>
        "/" + string.Join('/', pattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p => p is RoutePatternLiteralPart literal ? literal.Content : "0"))));
}
