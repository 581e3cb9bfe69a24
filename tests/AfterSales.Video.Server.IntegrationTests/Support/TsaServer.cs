using AfterSales.Video.TestKit.Evidence;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AfterSales.Video.Server.IntegrationTests.Support;

/// <summary>A time-stamping authority over HTTP on this computer, which can be away.</summary>
internal sealed class TsaServer : IAsyncDisposable
{
    private readonly LocalTsa _tsa = new();
    private readonly WebApplication _app;
    private int _refused;

    private TsaServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapPost("/tsr", AnswerAsync);
    }

    public bool IsAway { get; set; }
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>PEM file of its root.</summary>
    public string RootPath => _tsa.RootPath;

    /// <summary>For <see cref="TestHub"/>.</summary>
    public string[] Settings => [$"--Evidence:TimestampUrl={_app.Urls.First()}/tsr", $"--Evidence:TimestampRoots={RootPath}", "--Evidence:TimestampInterval=00:00:05"];

    public static async Task<TsaServer> StartAsync(bool isAway = false)
    {
        var server = new TsaServer { IsAway = isAway };
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _tsa.Dispose();
    }

    private async Task<IResult> AnswerAsync(HttpRequest request)
    {
        if (IsAway)
        {
            Interlocked.Increment(ref _refused);
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        using var query = new MemoryStream();
        await request.Body.CopyToAsync(query);
        return Results.Bytes(_tsa.Reply(query.ToArray()), "application/timestamp-reply");
    }
}
