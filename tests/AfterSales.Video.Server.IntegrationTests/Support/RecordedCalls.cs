using System.Net.Http.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Rtc;

namespace AfterSales.Video.Server.IntegrationTests.Support;

/// <summary>Whole calls with real packets over loopback, and waiting for what comes of them.</summary>
internal static class RecordedCalls
{
    public static MediaLoop StartLoop() =>
        MediaLoop.Start(new MediaLoopOptions { BindAddress = System.Net.IPAddress.Loopback, UdpPort = null, TcpPort = null });

    /// <summary>A buyer and an agent who speak; disposing hangs nothing up.</summary>
    public static async Task<RecordedCall> BeginAsync(TestHub hub, MediaLoop loop)
    {
        var call = await hub.CallAsync();
        var cookie = await hub.RedeemAsync(call);
        await hub.AgreeAsync(cookie);
        var agent = await MediaPage.JoinAsync(loop, await hub.CallHubAsStaffAsync(), call.Call.CallId);
        var buyer = await MediaPage.JoinAsync(loop, await hub.CallHubAsBuyerAsync(cookie), "");
        return new RecordedCall(hub, call, cookie, agent, buyer);
    }

    /// <summary>A call of about <paramref name="packets"/> × 20 ms, hung up and sealed.</summary>
    public static async Task<ReviewView> SealedAsync(TestHub hub, MediaLoop loop, int packets = 60)
    {
        await using var call = await BeginAsync(hub, loop);
        await call.Buyer.SpokenAsync(packets);
        await call.HangUpAsync();
        return await SealedAsync(hub, call.CallId);
    }

    public static async Task<RecordingView> PlayableAsync(TestHub hub, string callId)
    {
        using var admin = hub.Admin();
        return await UntilAsync(
            async ct => (await admin.GetFromJsonAsync<RecordingView>($"/api/calls/{callId}/recording", ct))!, view => view.State is not ("muxing" or "recording"));
    }

    public static async Task<ReviewView> SealedAsync(TestHub hub, string callId)
    {
        using var admin = hub.Admin();
        var recording = await PlayableAsync(hub, callId);
        return await UntilAsync(
            async ct => (await admin.GetFromJsonAsync<ReviewView>($"/api/recordings/{recording.RecordingId}/review", ct))!, view => view.Seal is not null);
    }

    public static async Task<T> UntilAsync<T>(Func<CancellationToken, Task<T>> read, Func<T, bool> isDone)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (true)
        {
            var value = await read(deadline.Token);
            if (isDone(value))
                return value;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, deadline.Token);
        }
    }
}

internal sealed class RecordedCall(TestHub hub, CallCreatedView call, string buyerCookie, MediaPage agent, MediaPage buyer) : IAsyncDisposable
{
    public string CallId => call.Call.CallId;
    public string TicketId => call.Call.TicketId;
    public string BuyerCookie => buyerCookie;
    public MediaPage Agent => agent;
    public MediaPage Buyer => buyer;

    public Task HangUpAsync() => agent.Hub.InvokeAsync("HangUp", new HangUpRequest("done"));

    public async Task<ReceiptView> ReceiptAsync()
    {
        using var client = hub.Client(cookie: buyerCookie);
        return await RecordedCalls.UntilAsync(
            async ct =>
            {
                using var answer = await client.GetAsync("/api/buyer/receipt", ct);
                return answer.StatusCode == System.Net.HttpStatusCode.OK ? await answer.Content.ReadFromJsonAsync<ReceiptView>(ct) : null;
            },
            receipt => receipt is not null) ?? throw new InvalidOperationException();
    }

    public async ValueTask DisposeAsync()
    {
        await agent.DisposeAsync();
        await buyer.DisposeAsync();
    }
}
