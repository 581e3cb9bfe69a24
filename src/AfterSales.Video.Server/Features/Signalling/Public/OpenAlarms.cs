using System.Collections.Concurrent;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Recording.Capture;

namespace AfterSales.Video.Server.Features.Signalling.Public;

/// <summary>Alarms that are not over: a page that comes later has to hear of them too.</summary>
internal sealed class OpenAlarms
{
    private readonly ConcurrentDictionary<string, RecordingAlarm> _open = new(StringComparer.Ordinal);

    public IEnumerable<RecordingAlarm> All => _open.Values;

    public void Add(RecorderAlarm alarm)
    {
        if (RecorderAlarmKind.Lasts(alarm.Kind))
            _open[alarm.Kind] = new RecordingAlarm(alarm.Kind, alarm.Detail);
        else if (RecorderAlarmKind.EndedBy(alarm.Kind) is { } ended)
            _open.TryRemove(ended, out _);
    }
}
