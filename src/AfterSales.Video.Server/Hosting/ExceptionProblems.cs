using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Recording.Capture;
using Microsoft.AspNetCore.Diagnostics;

namespace AfterSales.Video.Server.Hosting;

/// <summary>The last resort: what no handler caught becomes a problem without a stack trace; the trace goes to the log.</summary>
internal sealed partial class ExceptionProblems(ILogger<ExceptionProblems> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = 499;
            return true;
        }

        if (exception is BadHttpRequestException bad)
        {
            var code = bad.StatusCode == 413 ? ProblemCodes.RequestTooLarge : ProblemCodes.RequestInvalid;
            await Problem.WriteAsync(httpContext, code, status: bad.StatusCode);
            return true;
        }

        if (exception is RecorderRefusedException refused)
        {
            Log.Refused(logger, refused.Message);
            httpContext.Response.Headers.RetryAfter = "60";
            await Problem.WriteAsync(httpContext, ProblemCodes.DiskFull, "The call cannot be recorded now, so it cannot begin. The shop has been told; try again in a few minutes, or send photos instead.");
            return true;
        }

        Log.Unexpected(logger, exception, httpContext.Request.Method, httpContext.GetEndpoint()?.DisplayName ?? "none");
        await Problem.WriteAsync(httpContext, ProblemCodes.Unexpected);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1002, LogLevel.Error, "A recording was refused: {Why}")]
        public static partial void Refused(ILogger logger, string why);

        [LoggerMessage(1001, LogLevel.Error, "Unexpected fault in {Method} {Endpoint}")]
        public static partial void Unexpected(ILogger logger, Exception exception, string method, string endpoint);
    }
}
