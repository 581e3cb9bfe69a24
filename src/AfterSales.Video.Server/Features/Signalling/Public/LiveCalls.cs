using System.Collections.Concurrent;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Custody.Public;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Signalling.Public;

/// <summary>The calls somebody is in, or was a moment ago, on this node.</summary>
internal sealed class LiveCalls(
    IMediaRooms rooms, CustodyLog custody, IOptions<SignallingOptions> options, QualityMeter qualityMeter, TimeProvider time, ILogger<LiveCall> logger)
{
    private readonly ConcurrentDictionary<string, LiveCall> _calls = new(StringComparer.Ordinal);

    private readonly OpenAlarms _alarms = new();

    public IEnumerable<LiveCall> All => _calls.Values;

    public LiveCall GetOrAdd(CallRow row) => _calls.GetOrAdd(
        row.Id, static (_, made) => new LiveCall(made.row, made.self.Rooms, made.self.Custody, made.self.Options, made.self._alarms, made.self.QualityMeter, made.self.Time, made.self.Logger), (row, self: this));

    public LiveCall? Find(string callId) => _calls.GetValueOrDefault(callId);

    /// <summary>An alarm about the whole node, for the staff of every call, also of those to come while it lasts.</summary>
    public void Alarm(RecorderAlarm alarm)
    {
        _alarms.Add(alarm);
        foreach (var call in All)
            call.Alarm(alarm);
    }

    /// <summary>Closes the room, then seals the recording while everybody is told.</summary>
    public Task EndAsync(string callId, string reason, Func<Task> seal) =>
        _calls.TryRemove(callId, out var call) ? call.EndAsync(reason, seal) : seal();

    /// <summary>Drops an entry that was made for a call which turned out to be over.</summary>
    public void Forget(LiveCall call) => _calls.TryRemove(KeyValuePair.Create(call.CallId, call));

    private IMediaRooms Rooms => rooms;
    private CustodyLog Custody => custody;
    private SignallingOptions Options => options.Value;
    private QualityMeter QualityMeter => qualityMeter;
    private TimeProvider Time => time;
    private ILogger Logger => logger;
}
