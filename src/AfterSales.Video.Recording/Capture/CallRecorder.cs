using System.Security.Cryptography;
using AfterSales.Video.Evidence;
using AfterSales.Video.Recording.Journal;

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
    public Task<IRecordingSession> StartAsync(RecordingHeader header, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(header);
        _ = EvidenceKey.Create(header.TenantId, header.RecordingId, JournalFile.FileName);
        return Task.Run(
            IRecordingSession () =>
            {
                var clock = new RecorderClock(_time);
                var journal = JournalFile.Create(
                    _options.SpoolFolder, header.RecordingId, clock.StartUtcNs, RandomNumberGenerator.GetBytes(16), HeaderJson.Write(header));
                var session = new RecordingSession(header.RecordingId, journal, clock, _options, _writer, _pool);
                _writer.Add(session);
                return session;
            }, ct);
    }

    /// <summary>Ends the threads after the last queued block. Stop the sessions first.</summary>
    public void Dispose() => _writer.Dispose();
}
