using System.Globalization;
using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Journals;

namespace AfterSales.Video.Recording.Capture;

/// <summary>Starts journals under the spool folder and owns the threads that write them. One per process.</summary>
public sealed class CallRecorder : ICallRecorder, IDisposable
{
    private readonly CallRecorderOptions _options;
    private readonly TimeProvider _time;
    private readonly DiskGuard _disk;
    private readonly JournalWriter _writer;

    // 256 buffers are 16 MB: what two dozen calls have under way between two syncs. More calls keep theirs from the collector by using them.
    private readonly BlockPool _pool = new(keep: 256);

    public CallRecorder(CallRecorderOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _time) = (options, time);
        Directory.CreateDirectory(options.SpoolFolder);
        _disk = new DiskGuard(options);
        _writer = new JournalWriter(options, _disk, time);
    }

    /// <summary>Block buffers in use: 0 when every recording has ended. For leak checks.</summary>
    public int OutstandingBuffers => _pool.Outstanding;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The tenant's or recording's id is not one of <see cref="EvidenceKey"/>, or the key not 32 bytes.</exception>
    /// <exception cref="RecorderRefusedException">There is too little free space.</exception>
    /// <exception cref="IOException">The recording exists already, or the disk refuses.</exception>
    public Task<IRecordingSession> StartAsync(RecordingHeader header, ReadOnlyMemory<byte> dataKey, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(header);
        _ = EvidenceKey.Create(header.TenantId, header.RecordingId, JournalFiles.First);
        if (dataKey.Length is not (0 or JournalFormat.DataKeyLength))
            throw new ArgumentException($"A data key has {JournalFormat.DataKeyLength} bytes.", nameof(dataKey));
        return Task.Run<IRecordingSession>(() => Start(header, dataKey.Span), ct);
    }

    /// <summary>Ends the threads after the last queued block. Stop the sessions first.</summary>
    public void Dispose() => _writer.Dispose();

    private RecordingSession Start(RecordingHeader header, ReadOnlySpan<byte> dataKey)
    {
        if (_disk.Measure(DiskLevel.Enough, out var freeBytes) >= DiskLevel.Low)
            throw new RecorderRefusedException("disk_low", string.Create(
                CultureInfo.InvariantCulture,
                $"{freeBytes >> 20} MiB are free in {_options.SpoolFolder}, below the {_options.RefuseBelowBytes >> 20} MiB a new recording needs. Free some space or lower the setting."));
        try
        {
            return Begin(header, dataKey);
        }
        catch (IOException e) when (e.HResult is JournalFile.NoSpace or JournalFile.QuotaExceeded)
        {
            throw new RecorderRefusedException("disk_full", $"{_options.SpoolFolder} takes no more ({e.Message}). Free some space.", e);
        }
    }

    private RecordingSession Begin(RecordingHeader header, ReadOnlySpan<byte> dataKey)
    {
        var clock = new RecorderClock(_time);
        var stated = header with { BootId = MachineBoot.Id, KillLossMs = _options.KillLossMs, PowerLossMs = _options.PowerLossMs };
        var session = new RecordingSession(stated, dataKey, clock, _options, _writer, _pool);
        try
        {
            session.WriteFirst();
        }
        catch
        {
            session.Abandon();
            throw;
        }

        _writer.Add(session);
        return session;
    }
}

/// <summary>No recording now, though nothing is broken.</summary>
/// <param name="reason">Stable: "disk_low" (a watermark), "disk_full" (the disk itself).</param>
public sealed class RecorderRefusedException(string reason, string message, Exception? inner = null) : IOException(message, inner)
{
    public string Reason { get; } = reason;
}
