namespace AfterSales.Video.Verify;

internal static class Program
{
    private static int Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        return VerifyCommand.Run(args, Console.Out, Console.Error, stop.Token);
    }
}
