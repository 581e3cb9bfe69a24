using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AfterSales.Video.Storage.Tests.Servers;

public enum Fault
{
    /// <summary>503 without asking the server.</summary>
    Busy,

    /// <summary>429 without asking the server.</summary>
    TooMany,

    /// <summary>The server does what it was asked, and the connection breaks before its answer.</summary>
    ReplyLost,

    /// <summary>The connection breaks in the middle of the answer's body.</summary>
    ReplyCut,

    /// <summary>The connection is closed before the request was read to its end.</summary>
    Closed,

    /// <summary>No answer at all.</summary>
    Silent,

    /// <summary>A byte of the request's body is changed on the way.</summary>
    Corrupted,
}

/// <summary>Stands between client and store. One request a connection; the next request that fits a planned fault meets it, once.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<(Func<string, bool> Fits, Fault Fault)> _planned = [];
    private readonly List<Task> _connections = [];
    private readonly Uri _server;
    private readonly Task _accepting;

    public FaultProxy(Uri server)
    {
        _server = server;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>Faults met so far.</summary>
    public int Met { get; private set; }

    /// <param name="fits">Takes "PUT /path?query".</param>
    public void Plan(Fault fault, int times, Func<string, bool> fits)
    {
        lock (_gate)
            _planned.AddRange(Enumerable.Repeat((fits, fault), times));
    }

    public void Forget()
    {
        lock (_gate)
            _planned.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _connections.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            await using var stream = client.GetStream();
            if (await ReadHeadAsync(stream) is not { } head)
                return;
            if (head.Contains("100-continue", StringComparison.OrdinalIgnoreCase))
                await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), _stop.Token);
            var line = head.Split(' ');
            await MeetAsync(Take($"{line[0]} {line[1]}"), stream, head);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // One side went away; that is what is being tested.
        }
    }

    private Fault? Take(string request)
    {
        lock (_gate)
        {
            var index = _planned.FindIndex(p => p.Fits(request));
            if (index < 0)
                return null;
            var fault = _planned[index].Fault;
            _planned.RemoveAt(index);
            Met++;
            return fault;
        }
    }

    private async Task MeetAsync(Fault? fault, NetworkStream client, string head)
    {
        switch (fault)
        {
            case Fault.Busy or Fault.TooMany:
                await DrainAsync(client, head);
                var status = fault == Fault.Busy ? "503 Service Unavailable" : "429 Too Many Requests";
                await client.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), _stop.Token);
                break;
            case Fault.Closed:
                break;
            case Fault.Silent:
                await client.CopyToAsync(Stream.Null, _stop.Token);
                break;
            default:
                await RelayAsync(fault, client, head);
                break;
        }
    }

    private async Task RelayAsync(Fault? fault, NetworkStream client, string head)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(_server.Host, _server.Port, _stop.Token);
        await using var server = connection.GetStream();
        await server.WriteAsync(Encoding.Latin1.GetBytes(WithClose(head)), _stop.Token);
        var left = BodyLength(head);
        var buffer = new byte[64 * 1024];
        var corrupt = fault == Fault.Corrupted;
        while (left > 0)
        {
            var read = await client.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), _stop.Token);
            if (read == 0)
                return;
            if (corrupt)
                buffer[0] ^= 1;
            corrupt = false;
            left -= read;
            await server.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }

        if (fault == Fault.ReplyLost)
            await server.CopyToAsync(Stream.Null, _stop.Token);
        else if (fault == Fault.ReplyCut)
            await CutAsync(server, client);
        else
            await server.CopyToAsync(client, _stop.Token);
    }

    /// <summary>Gives on the answer but for its last byte.</summary>
    private async Task CutAsync(NetworkStream server, NetworkStream client)
    {
        using var answer = new MemoryStream();
        await server.CopyToAsync(answer, _stop.Token);
        await client.WriteAsync(answer.GetBuffer().AsMemory(0, (int)answer.Length - 1), _stop.Token);
    }

    private async Task DrainAsync(NetworkStream client, string head)
    {
        var buffer = new byte[64 * 1024];
        for (var left = BodyLength(head); left > 0;)
        {
            var read = await client.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), _stop.Token);
            if (read == 0)
                return;
            left -= read;
        }
    }

    private async Task<string?> ReadHeadAsync(NetworkStream client)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (await client.ReadAsync(one, _stop.Token) == 1)
        {
            head.Add(one[0]);
            if (head.Count >= 4 && head[^1] == '\n' && head[^2] == '\r' && head[^3] == '\n')
                return Encoding.Latin1.GetString([.. head]);
        }

        return null;
    }

    private static string WithClose(string head) => string.Join("\r\n", head.Split("\r\n")
        .Where(l => !l.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase)).SelectMany((l, i) => i == 1 ? ["Connection: close", l] : (string[])[l]));

    private static long BodyLength(string head) => head.Split("\r\n")
        .Where(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Select(l => long.Parse(l[15..])).FirstOrDefault();
}
