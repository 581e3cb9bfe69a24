using AfterSales.Video.Rtc;
using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Sfu;

/// <summary>The rooms of this process, spread over its media loops. Callable from any thread.</summary>
public sealed class SfuNode(IReadOnlyList<IMediaLoop> loops, SfuOptions options, IRoomObserver observer)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, IRoom> _rooms = new(StringComparer.Ordinal);

    /// <summary>The open room of this id, or a new one on the loop with the fewest rooms. Null when the node is full.</summary>
    public Task<IRoom?> OpenRoomAsync(string roomId, CancellationToken ct) =>
        throw new NotSupportedException($"{loops.Count} {options.MaxRooms} {observer}");

    /// <summary>Null when no such room is open.</summary>
    public IRoom? Find(string roomId) => _rooms.GetValueOrDefault(roomId);
}
