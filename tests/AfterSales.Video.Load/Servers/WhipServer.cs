using System.Globalization;
using AfterSales.Video.Rtc.Client;

namespace AfterSales.Video.Load.Servers;

/// <summary>Any WHIP and WHEP server, by address templates with {call}, {role} and {other}.</summary>
/// <param name="Whip">For example http://localhost:8889/call{call}-{role}/whip.</param>
/// <param name="Whep">For example http://localhost:8889/call{call}-{other}/whep: what the other role publishes.</param>
internal sealed record WhipTemplates(string Whip, string Whep)
{
    /// <summary>False when the result is no HTTP address. Never throws.</summary>
    public static bool TryFill(string template, int call, string role, out Uri? address)
    {
        var text = template.Replace("{call}", call.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{role}", role, StringComparison.Ordinal).Replace("{other}", Roles.Other(role), StringComparison.Ordinal);
        return Uri.TryCreate(text, UriKind.Absolute, out address) && address.Scheme is "http" or "https";
    }
}

/// <inheritdoc cref="WhipTemplates"/>
internal sealed class WhipServer(WhipTemplates templates, string? bearer, int? processId) : ILoadServer
{
    private readonly HttpClient _http = new();

    public string Name => "WHIP/WHEP";

    public int? ProcessId => processId;

    public Task<ILoadRoom> OpenCallAsync(int number, CancellationToken ct) => Task.FromResult<ILoadRoom>(new Room(templates, number, bearer, new WhipClient(_http)));

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Room(WhipTemplates templates, int number, string? bearer, WhipClient whip) : ILoadRoom
    {
        private readonly List<Uri> _resources = [];

        public Task PublishAsync(string role, RtcClient client, CancellationToken ct) => OpenAsync(templates.Whip, role, client, ct);

        public Task SubscribeAsync(string role, RtcClient client, CancellationToken ct) => OpenAsync(templates.Whep, role, client, ct);

        public async ValueTask DisposeAsync()
        {
            foreach (var resource in _resources)
                await whip.CloseAsync(resource, bearer);
        }

        private async Task OpenAsync(string template, string role, RtcClient client, CancellationToken ct)
        {
            if (!WhipTemplates.TryFill(template, number, role, out var address))
                throw new LoadServerException($"{template} makes no http address. Placeholders are {{call}}, {{role}} and {{other}}.");
            if (await whip.OpenAsync(address!, bearer, client, ct) is { } resource)
                _resources.Add(resource);
        }
    }
}
