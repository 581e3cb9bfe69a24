using System.Threading.Channels;
using AfterSales.Video.Contracts.Hubs;

namespace AfterSales.Video.Server.Features.Signalling;

/// <summary>
/// One WebSocket of a place. Messages leave in order through a bounded queue; a client too slow for it is cut and resumes.
/// </summary>
internal sealed class PlaceConnection
{
    private readonly Channel<CallMessage> _queue;
    private readonly Action _abort;

    public PlaceConnection(string connectionId, ICallClient client, int capacity, Action abort)
    {
        ConnectionId = connectionId;
        _abort = abort;
        _queue = Channel.CreateBounded<CallMessage>(new BoundedChannelOptions(capacity) { SingleReader = true });
        Completion = PumpAsync(client);
    }

    public string ConnectionId { get; }

    /// <summary>Ends when everything was handed to the socket after Finish, or the socket failed.</summary>
    public Task Completion { get; }

    public void Send(CallMessage message)
    {
        if (!_queue.Writer.TryWrite(message))
            _abort();
    }

    /// <summary>Nothing follows what was sent so far.</summary>
    public void Finish() => _queue.Writer.TryComplete();

    public void Abort()
    {
        Finish();
        _abort();
    }

    private async Task PumpAsync(ICallClient client)
    {
        try
        {
            await foreach (var message in _queue.Reader.ReadAllAsync())
                await client.Receive(message);
        }
        catch (Exception)
        {
            // The socket is gone; what it did not get is in the outbox.
            _abort();
        }
    }
}
