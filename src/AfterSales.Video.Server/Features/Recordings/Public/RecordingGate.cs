using System.Collections.Concurrent;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>Muxing, sealing, holding and erasing of one recording take turns; different recordings do not wait for each other.</summary>
internal sealed class RecordingGate
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public async Task<IDisposable> EnterAsync(string recordingId, CancellationToken ct)
    {
        var entry = _entries.AddOrUpdate(recordingId, static _ => new Entry(1), static (_, known) => known with { Users = known.Users + 1 });
        try
        {
            await entry.Turn.WaitAsync(ct);
            return new Pass(this, recordingId);
        }
        catch
        {
            Leave(recordingId);
            throw;
        }
    }

    private void Leave(string recordingId)
    {
        while (_entries.TryGetValue(recordingId, out var entry))
        {
            var isLast = entry.Users == 1;
            if (isLast ? _entries.TryRemove(KeyValuePair.Create(recordingId, entry)) : _entries.TryUpdate(recordingId, entry with { Users = entry.Users - 1 }, entry))
                return;
        }
    }

    private sealed record Entry(int Users)
    {
        public SemaphoreSlim Turn { get; init; } = new(1, 1);
    }

    private sealed class Pass(RecordingGate gate, string recordingId) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) != 0)
                return;
            gate._entries[recordingId].Turn.Release();
            gate.Leave(recordingId);
        }
    }
}
