using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AfterSales.Video.Load.Servers;

/// <summary>Janus' JSON API over one WebSocket: requests carry a transaction that answers and events repeat.</summary>
internal sealed class JanusSocket : IAsyncDisposable
{
    private const int MaxMessage = 1 << 20;
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonObject>> _waiting = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ending = new();
    private Task _reading = Task.CompletedTask;
    private int _transactions;

    public static async Task<JanusSocket> ConnectAsync(Uri address, CancellationToken ct)
    {
        var socket = new JanusSocket();
        socket._socket.Options.AddSubProtocol("janus-protocol");
        await socket._socket.ConnectAsync(address, ct);
        socket._reading = socket.ReadAsync();
        return socket;
    }

    /// <summary>Sends and waits for the final answer: an acknowledgement says only that an event will follow.</summary>
    /// <exception cref="LoadServerException">Janus reported an error.</exception>
    public async Task<JsonObject> AskAsync(JsonObject request, CancellationToken ct)
    {
        var transaction = Interlocked.Increment(ref _transactions).ToString(CultureInfo.InvariantCulture);
        var answer = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[transaction] = answer;
        request["transaction"] = transaction;
        await _sending.WaitAsync(ct);
        try
        {
            await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(request), WebSocketMessageType.Text, true, ct);
        }
        finally
        {
            _sending.Release();
        }

        return await answer.Task.WaitAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _reading;
        _socket.Dispose();
        _ending.Dispose();
        _sending.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[MaxMessage];
        try
        {
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await _socket.ReceiveAsync(buffer.AsMemory(length), _ending.Token);
                    length += part.Count;
                }
                while (!part.EndOfMessage && length < buffer.Length);
                if (part.MessageType == WebSocketMessageType.Close)
                    break;
                Take(buffer.AsSpan(0, length));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or WebSocketException)
        {
            // Nobody will answer any more.
        }

        foreach (var waiting in _waiting.Values)
            waiting.TrySetException(new LoadServerException("Janus closed the connection."));
    }

    private void Take(ReadOnlySpan<byte> message)
    {
        if (!JanusMessage.TryParse(message, out var parsed) || parsed!.IsInterim || !_waiting.TryRemove(parsed.Transaction, out var answer))
            return;
        if (parsed.Error is { } error)
            answer.TrySetException(new LoadServerException($"Janus: {error}", parsed.ErrorCode));
        else
            answer.TrySetResult(parsed.Content);
    }
}

/// <summary>One message from Janus.</summary>
/// <param name="Transaction">Of the request it belongs to.</param>
/// <param name="IsInterim">"ack": the answer comes later.</param>
/// <param name="Error">What went wrong in Janus or in its plugin; null when nothing did.</param>
/// <param name="ErrorCode">Its number, 0 without one.</param>
internal sealed record JanusMessage(JsonObject Content, string Transaction, bool IsInterim, string? Error, long ErrorCode)
{
    /// <summary>False for what is not a JSON object with a transaction. Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out JanusMessage? message)
    {
        message = null;
        JsonObject? content;
        try
        {
            content = JsonNode.Parse(utf8, null, new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject;
        }
        catch (JsonException)
        {
            return false;
        }

        if (content is null || Text(content, "transaction") is not { } transaction)
            return false;
        var plugin = Child(Child(content, "plugindata"), "data");
        var error = Child(content, "error");
        message = new JanusMessage(content, transaction, Text(content, "janus") == "ack", Text(error, "reason") ?? Text(plugin, "error"), Number(error, "code") ?? Number(plugin, "error_code") ?? 0);
        return true;
    }

    public static JsonObject? Child(JsonObject? from, string name) => from?[name] as JsonObject;

    public static string? Text(JsonObject? from, string name) => from?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static long? Number(JsonObject? from, string name) => from?[name] is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;
}
