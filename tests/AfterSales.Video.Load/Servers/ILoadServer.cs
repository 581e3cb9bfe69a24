using System.Net;
using AfterSales.Video.Rtc.Client;

namespace AfterSales.Video.Load.Servers;

/// <summary>A server under load: ours, Janus, or any that speaks WHIP and WHEP.</summary>
internal interface ILoadServer : IAsyncDisposable
{
    /// <summary>For tables.</summary>
    string Name { get; }

    /// <summary>Whose processor time and memory are measured; null when nobody said.</summary>
    int? ProcessId { get; }

    /// <summary>Where clients bind their sockets to reach it.</summary>
    IPAddress ClientAddress => IPAddress.Loopback;

    /// <param name="number">From 0.</param>
    Task<ILoadRoom> OpenCallAsync(int number, CancellationToken ct);
}

/// <summary>One call between <see cref="Roles.Buyer"/> and <see cref="Roles.Agent"/>. Disposing of it ends the call.</summary>
internal interface ILoadRoom : IAsyncDisposable
{
    /// <summary>Negotiates a sending client.</summary>
    /// <exception cref="LoadServerException">The server refused; the message says what it said.</exception>
    Task PublishAsync(string role, RtcClient client, CancellationToken ct);

    /// <summary>Negotiates a client that receives what the other role publishes already.</summary>
    /// <exception cref="LoadServerException">As above.</exception>
    Task SubscribeAsync(string role, RtcClient client, CancellationToken ct);
}

internal static class Roles
{
    public const string Buyer = "buyer";
    public const string Agent = "agent";

    public static string Other(string role) => role == Buyer ? Agent : Buyer;
}

/// <summary>The server said no, or something that cannot be understood.</summary>
internal sealed class LoadServerException(string message, long code = 0) : Exception(message)
{
    /// <summary>The server's own number for it, 0 when it has none.</summary>
    public long Code => code;
}
