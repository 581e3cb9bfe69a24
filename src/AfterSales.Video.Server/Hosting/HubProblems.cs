using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace AfterSales.Video.Server.Hosting;

/// <summary>SignalR refuses what is no hub connection in plain text of its own: here it becomes a problem like every other refusal.</summary>
internal static class HubProblems
{
    public static IApplicationBuilder UseHubProblems(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (!context.Request.Path.StartsWithSegments("/hubs"))
        {
            await next(context);
            return;
        }

        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        context.Features.Set<IHttpResponseBodyFeature>(new WithoutRefusals(body, context.Response));
        try
        {
            await next(context);
        }
        finally
        {
            context.Features.Set(body);
        }

        if (context.Response.StatusCode >= StatusCodes.Status400BadRequest)
            await Problem.WriteForStatusAsync(context);
    });

    /// <summary>Passes everything on but the text of a refusal, and does not start one.</summary>
    private sealed class WithoutRefusals(IHttpResponseBodyFeature inner, HttpResponse response) : IHttpResponseBodyFeature
    {
        private readonly PipeWriter _nowhere = PipeWriter.Create(Stream.Null);

        public Stream Stream => IsRefusal ? Stream.Null : inner.Stream;

        public PipeWriter Writer => IsRefusal ? _nowhere : inner.Writer;

        private bool IsRefusal => response.StatusCode >= StatusCodes.Status400BadRequest;

        public void DisableBuffering() => inner.DisableBuffering();

        public Task StartAsync(CancellationToken cancellationToken = default) => IsRefusal ? Task.CompletedTask : inner.StartAsync(cancellationToken);

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
            inner.SendFileAsync(path, offset, count, cancellationToken);

        public Task CompleteAsync() => IsRefusal ? Task.CompletedTask : inner.CompleteAsync();
    }
}
