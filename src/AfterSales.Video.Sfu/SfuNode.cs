using System.Collections.Concurrent;
using AfterSales.Video.Rtc;
using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Sfu;

/// <summary>The rooms of this process, spread over its media loops. Callable from any thread.</summary>
public sealed class SfuNode
{
    private readonly ConcurrentDictionary<string, RoomHandle> _rooms = new(StringComparer.Ordinal);
    private readonly LoopRooms[] _loops;
    private readonly SfuOptions _options;

    public SfuNode(IReadOnlyList<IMediaLoop> loops, SfuOptions options, IRoomObserver observer)
    {
        if (loops.Count == 0)
            throw new ArgumentException("A node needs at least one media loop.", nameof(loops));
        if (options.Faults() is { Count: > 0 } faults)
            throw new ArgumentException(string.Join(' ', faults), nameof(options));
        _options = options;
        _loops = [.. loops.Select(loop => new LoopRooms(loop, options, observer))];
    }

    /// <summary>Counters of each loop, for health pages and tests; read torn values at worst.</summary>
    public IReadOnlyList<Telemetry.SfuCounters> Counters => [.. _loops.Select(loop => loop.Counters)];

    /// <summary>The open room of this id, or a new one on the loop with the fewest rooms. Null when the node or its loop is full.</summary>
    public async Task<IRoom?> OpenRoomAsync(string roomId, CancellationToken ct)
    {
        if (_rooms.TryGetValue(roomId, out var open))
            return open;
        var home = _loops.MinBy(loop => loop.Count)!;
        if (_rooms.Count >= _options.MaxRooms)
            return null;
        home.Reserve();
        var room = new Room(roomId, home);
        var handle = new RoomHandle(room, id => _rooms.TryRemove(id, out _));
        var winner = _rooms.GetOrAdd(roomId, handle);
        if (winner != handle)
        {
            home.Release();
            return winner;
        }
        if (await home.Loop.RunAsync(() => Open(home, room), false, CancellationToken.None))
            return handle;
        _rooms.TryRemove(roomId, out _);
        home.Release();
        return null;
    }

    /// <summary>Null when no such room is open.</summary>
    public IRoom? Find(string roomId) => _rooms.GetValueOrDefault(roomId);

    private static bool Open(LoopRooms home, Room room)
    {
        home.Add(room);
        return true;
    }
}
