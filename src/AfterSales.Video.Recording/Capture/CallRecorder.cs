using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Journals;

namespace AfterSales.Video.Recording.Capture;

/// <summary>Starts journals under the spool folder and owns the threads that write them. One per process.</summary>
public sealed class CallRecorder : ICallRecorder, IDisposable
{
    private readonly CallRecorderOptions _options;
    private readonly TimeProvider _time;
    private readonly JournalWriter _writer;

    // 32 buffers are 2 MB: two per recording for a dozen calls; more calls keep theirs from the collector by using them.
    private readonly BlockPool _pool = new(keep: 32);

    public CallRecorder(CallRecorderOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _time) = (options, time);
        Directory.CreateDirectory(options.SpoolFolder);
        _writer = new JournalWriter(options.SyncInterval);
    }

    /// <summary>Block buffers in use: 0 when every recording has ended. For leak checks.</summary>
    public int OutstandingBuffers => _pool.Outstanding;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The tenant's or recording's id is not one of <see cref="EvidenceKey"/>.</exception>
    /// <exception cref="IOException">The recording exists already, or the disk refuses.</exception>
    public Task<IRecordingSession> StartAsync(RecordingHeader header, ReadOnlyMemory<byte> dataKey, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(header);
        _ = EvidenceKey.Create(header.TenantId, header.RecordingId, JournalFiles.First);
        return Task.Run<IRecordingSession>(() => Start(header, dataKey.Span), ct);
    }

    /// <summary>Ends the threads after the last queued block. Stop the sessions first.</summary>
    public void Dispose() => _writer.Dispose();

    private RecordingSession Start(RecordingHeader header, ReadOnlySpan<byte> dataKey)
    {
        var clock = new RecorderClock(_time);
        var sealer = new BlockSealer(dataKey);
        var id = dataKey.IsEmpty ? [] : FileHeader.DataKeyId(dataKey);
        var stated = header with { BootId = MachineBoot.Id, KillLossMs = _options.KillLossMs, PowerLossMs = _options.PowerLossMs };
        var journal = JournalFile.Create(_options.SpoolFolder, stated, clock.StartUtcNs, id, sealer);
        var session = new RecordingSession(header.RecordingId, journal, clock, _options, _writer, _pool);
        session.AppendEvent(new RecordingEvent("recording_started", "{}"));
        _writer.Add(session);
        return session;
    }
}
