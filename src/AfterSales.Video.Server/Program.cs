using AfterSales.Video.Server.Hosting;
using Microsoft.Extensions.Options;

try
{
    var app = HubHost.Build(HubArguments.Parse(args));
    await using (app)
    {
        var firstPassword = await HubHost.PrepareAsync(app, CancellationToken.None);
        await app.StartAsync();
        StartupBanner.Print(app, firstPassword, Console.Out);
        await app.WaitForShutdownAsync();
    }

    return 0;
}
catch (OptionsValidationException refused)
{
    Console.Error.WriteLine("AfterSales.Video cannot start:");
    foreach (var failure in refused.Failures)
        Console.Error.WriteLine("  " + failure);
    return 78;
}
catch (Exception refused) when (refused is StartRefusedException or IOException)
{
    Console.Error.WriteLine("AfterSales.Video cannot start: " + refused.Message);
    return 78;
}
