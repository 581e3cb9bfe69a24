using System.Net.Http.Json;
using System.Text;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Rtc;

namespace AfterSales.Video.Server.IntegrationTests.Support;

/// <summary>Tests that make calls with real packets: each has a hub of its own, and a loop for the callers.</summary>
public abstract class CallTests : IAsyncLifetime
{
    private protected TestHub Hub { get; private set; } = null!;
    private protected MediaLoop Loop { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Hub = await TestHub.StartAsync();
        Loop = RecordedCalls.StartLoop();
    }

    public async ValueTask DisposeAsync()
    {
        await Loop.DisposeAsync();
        await Hub.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected Task<CustodyView> CustodyAsync(string recordingId) => CustodyAsync(Hub, recordingId);

    private protected static async Task<CustodyView> CustodyAsync(TestHub hub, string recordingId)
    {
        using var admin = hub.Admin();
        return (await admin.GetFromJsonAsync<CustodyView>($"/api/recordings/{recordingId}/custody"))!;
    }

    private protected static DsseEnvelope Parse(string text) => DsseEnvelope.TryParse(Encoding.UTF8.GetBytes(text), out var envelope, out var problem)
        ? envelope
        : throw new InvalidDataException(problem);
}
