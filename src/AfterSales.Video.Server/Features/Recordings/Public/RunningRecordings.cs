using System.Collections.Concurrent;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>Which call a running recording belongs to: the recorder's threads know only its id.</summary>
internal sealed class RunningRecordings
{
    private readonly ConcurrentDictionary<string, RunningRecording> _running = new(StringComparer.Ordinal);

    public IEnumerable<RunningRecording> All => _running.Values;

    public void Add(RunningRecording recording) => _running[recording.RecordingId] = recording;

    public RunningRecording? Find(string recordingId) => _running.GetValueOrDefault(recordingId);

    public void Remove(string recordingId) => _running.TryRemove(recordingId, out _);
}

internal sealed record RunningRecording(string RecordingId, string TenantId, string CallId);
