using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace AfterSales.Video.TestKit.Signalling;

/// <summary>
/// A SignalR client over the JSON hub protocol (records end with U+001E), small because the .NET client is not served here.
/// Speaks what the pages speak: one WebSocket without negotiate.
/// </summary>
public sealed class JsonHubClient : IAsyncDisposable
{
    private const char RecordSeparator = '\u001e';
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonNode?>> _pending = new(StringComparer.Ordinal);
    private readonly Channel<JsonObject> _messages = Channel.CreateUnbounded<JsonObject>();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _sending = new(1, 1);
    private int _lastId;

    private JsonHubClient()
    {
    }

    /// <summary>Ends when the server or the network closed the connection.</summary>
    public Task Closed => _closed.Task;

    /// <param name="headers">For example Cookie, Authorization or Origin.</param>
    /// <exception cref="WebSocketException">The upgrade was refused.</exception>
    public static async Task<JsonHubClient> OpenAsync(Uri url, params (string Name, string Value)[] headers)
    {
        var client = new JsonHubClient();
        foreach (var (name, value) in headers)
            client._socket.Options.SetRequestHeader(name, value);
        client._socket.Options.CollectHttpResponseDetails = true;
        using var deadline = new CancellationTokenSource(Patience);
        await client._socket.ConnectAsync(url, deadline.Token);
        await client.SendTextAsync("""{"protocol":"json","version":1}""");
        _ = client.ReadAsync();
        return client;
    }

    /// <summary>Calls a hub method and returns its result.</summary>
    /// <exception cref="HubErrorException">The server answered with an error.</exception>
    public async Task<JsonNode?> InvokeAsync(string method, object? argument)
    {
        var id = Interlocked.Increment(ref _lastId).ToString();
        var completion = _pending[id] = new TaskCompletionSource<JsonNode?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new { type = 1, invocationId = id, target = method, arguments = new[] { argument } };
        await SendTextAsync(JsonSerializer.Serialize(message, JsonSerializerOptions.Web));
        return await completion.Task.WaitAsync(Patience);
    }

    public async Task<T> InvokeAsync<T>(string method, object? argument) =>
        (await InvokeAsync(method, argument)).Deserialize<T>(JsonSerializerOptions.Web)!;

    /// <summary>Sends text as one record without waiting for an answer.</summary>
    public async Task SendTextAsync(string record)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(record + RecordSeparator), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The next message the server called "Receive" with.</summary>
    public async Task<JsonObject> NextAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        return await _messages.Reader.ReadAsync(deadline.Token);
    }

    /// <summary>The next message of this type; others before it are dropped.</summary>
    public async Task<JsonObject> NextAsync(string type)
    {
        while (true)
        {
            var message = await NextAsync();
            if ((string?)message["type"] == type)
                return message;
        }
    }

    /// <summary>Drops the TCP connection without a close frame, as a lost network does.</summary>
    public void Cut() => _socket.Abort();

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _sending.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        var text = new StringBuilder();
        try
        {
            while (true)
            {
                var read = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (read.MessageType == WebSocketMessageType.Close)
                    break;
                text.Append(Encoding.UTF8.GetString(buffer, 0, read.Count));
                if (read.EndOfMessage)
                    Split(text);
            }
        }
        catch (Exception lost) when (lost is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Told through Closed.
        }

        _messages.Writer.TryComplete();
        foreach (var waiting in _pending.Values)
            waiting.TrySetException(new HubErrorException("closed"));
        _closed.TrySetResult();
    }

    private void Split(StringBuilder text)
    {
        var records = text.ToString().Split(RecordSeparator);
        text.Clear().Append(records[^1]);
        foreach (var record in records[..^1])
            Take(JsonNode.Parse(record)!.AsObject());
    }

    private void Take(JsonObject record)
    {
        switch ((int?)record["type"])
        {
            case 1:
                _messages.Writer.TryWrite(record["arguments"]![0]!.DeepClone().AsObject());
                break;
            case 3 when _pending.TryRemove((string)record["invocationId"]!, out var completion):
                if (record["error"] is { } error)
                    completion.TrySetException(new HubErrorException((string)error!));
                else
                    completion.TrySetResult(record["result"]?.DeepClone());
                break;
        }
    }
}

public sealed class HubErrorException(string message) : Exception(message);
