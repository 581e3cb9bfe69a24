using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AfterSales.Video.Server.Hosting;

/// <summary>The OpenAPI document: the same wherever the server runs, so that a copy can be committed and compared.</summary>
internal static class ApiDocument
{
    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "AfterSales.Video",
                Version = "1",
                Description = "Every refusal is application/problem+json (RFC 9457) with a stable \"code\". Programs send Authorization: Bearer from POST /api/tokens; docs/api.md walks through it.",
            };
            document.Servers = [];
            return Task.CompletedTask;
        });
    }
}
