using System.Collections.Concurrent;
using AfterSales.Video.Evidence.Journals;

namespace AfterSales.Video.Recording.Capture;

/// <summary>
/// The two threads behind all recordings of a process: one hashes and writes blocks in order, the other syncs, so that a slow fdatasync of
/// one recording does not hold back the writes of the others.
/// </summary>
internal sealed class JournalWriter : IDisposable
{
    private readonly ConcurrentQueue<(RecordingSession Session, BlockBuffer Block, BlockType Type)> _blocks = new();
    private readonly ConcurrentDictionary<RecordingSession, byte> _sessions = new();
    private readonly AutoResetEvent _wakeWriter = new(initialState: false);
    private readonly AutoResetEvent _wakeSyncer = new(initialState: false);
    private readonly TimeSpan _syncInterval;
    private readonly Thread _writer;
    private readonly Thread _syncer;
    private volatile bool _stopping;

    public JournalWriter(TimeSpan syncInterval)
    {
        _syncInterval = syncInterval;
        _writer = new Thread(WriteLoop) { Name = "journal-write", IsBackground = true };
        _syncer = new Thread(SyncLoop) { Name = "journal-sync", IsBackground = true };
        _writer.Start();
        _syncer.Start();
    }

    public void Add(RecordingSession session) => _sessions[session] = 0;

    /// <summary>Bounded by each recording's blocks in flight.</summary>
    public void Enqueue(RecordingSession session, BlockBuffer block, BlockType type)
    {
        _blocks.Enqueue((session, block, type));
        _wakeWriter.Set();
    }

    public void Dispose()
    {
        _stopping = true;
        _wakeWriter.Set();
        _writer.Join();
        _wakeSyncer.Set();
        _syncer.Join();
        _wakeWriter.Dispose();
        _wakeSyncer.Dispose();
    }

    private void WriteLoop()
    {
        while (true)
        {
            while (_blocks.TryDequeue(out var item))
            {
                item.Session.Write(item.Block, item.Type);
                if (item.Type == BlockType.End)
                    _wakeSyncer.Set();
            }

            if (_stopping && _blocks.IsEmpty)
                return;
            _wakeWriter.WaitOne();
        }
    }

    private void SyncLoop()
    {
        while (true)
        {
            var last = _stopping;
            foreach (var (session, _) in _sessions)
            {
                if (session.SyncOrClose())
                    _sessions.TryRemove(session, out _);
            }

            if (last)
                return;
            _wakeSyncer.WaitOne(_syncInterval);
        }
    }
}
