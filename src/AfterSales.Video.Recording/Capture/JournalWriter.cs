using System.Collections.Concurrent;

namespace AfterSales.Video.Recording.Capture;

/// <summary>
/// The two threads behind all recordings of a process: one encrypts, hashes and writes blocks in order, the other syncs, so that a slow
/// fdatasync of one recording does not hold back the writes of the others. One timer looks after the blocks of all recordings that got no
/// packet any more; it stands still while nothing is recorded.
/// </summary>
internal sealed class JournalWriter : IDisposable
{
    private readonly Lock _timerLock = new();
    private readonly ConcurrentQueue<(RecordingSession Session, BlockBuffer? Block)> _work = new();
    private readonly ConcurrentDictionary<RecordingSession, byte> _sessions = new();
    private readonly AutoResetEvent _wakeWriter = new(initialState: false);
    private readonly AutoResetEvent _wakeSyncer = new(initialState: false);
    private readonly TimeSpan _syncInterval;
    private readonly TimeSpan _sealCheck;
    private readonly ITimer _sealTimer;
    private readonly DiskGuard _disk;
    private readonly Thread _writer;
    private readonly Thread _syncer;
    private volatile bool _stopping;

    public JournalWriter(CallRecorderOptions options, DiskGuard disk, TimeProvider time)
    {
        (_syncInterval, _sealCheck, _disk) = (options.SyncInterval, options.SealCheck, disk);
        _sealTimer = time.CreateTimer(static state => ((JournalWriter)state!).SealOld(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _writer = new Thread(WriteLoop) { Name = "journal-write", IsBackground = true };
        _syncer = new Thread(SyncLoop) { Name = "journal-sync", IsBackground = true };
        _writer.Start();
        _syncer.Start();
    }

    public void Add(RecordingSession session)
    {
        lock (_timerLock)
        {
            if (_sessions.IsEmpty)
                _sealTimer.Change(_sealCheck, _sealCheck);
            _sessions[session] = 0;
        }
    }

    /// <summary>Bounded by each recording's blocks in flight.</summary>
    /// <param name="block">Null: nothing to write, but look after the recording.</param>
    public void Enqueue(RecordingSession session, BlockBuffer? block)
    {
        _work.Enqueue((session, block));
        _wakeWriter.Set();
    }

    public void Dispose()
    {
        _stopping = true;
        _sealTimer.Dispose();
        _wakeSyncer.Set();
        _syncer.Join();
        _wakeWriter.Set();
        _writer.Join();
        _wakeWriter.Dispose();
        _wakeSyncer.Dispose();
    }

    private void WriteLoop()
    {
        while (true)
        {
            while (_work.TryDequeue(out var item))
            {
                var output = item.Session.Output;
                if (item.Block is { } block ? output.Write(block) : output.Settle())
                    _wakeSyncer.Set();
            }

            if (_stopping && _work.IsEmpty && !_syncer.IsAlive)
                return;
            _wakeWriter.WaitOne();
        }
    }

    private void SyncLoop()
    {
        while (!_stopping)
        {
            foreach (var (session, _) in _sessions)
            {
                if (session.Output.Sync())
                    Remove(session);
                else
                    Enqueue(session, null);
            }

            if (_disk.Check(out var level, out var freeBytes))
            {
                foreach (var (session, _) in _sessions)
                    session.OnDisk(level, freeBytes);
            }

            _wakeSyncer.WaitOne(_syncInterval);
        }
    }

    private void Remove(RecordingSession session)
    {
        lock (_timerLock)
        {
            _sessions.TryRemove(session, out _);
            if (_sessions.IsEmpty && !_stopping)
                _sealTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void SealOld()
    {
        foreach (var (session, _) in _sessions)
            session.SealIfOld();
    }
}
