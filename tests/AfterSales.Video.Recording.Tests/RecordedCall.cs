using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.TestKit.Media;
using AfterSales.Video.TestKit.Time;

namespace AfterSales.Video.Recording.Tests;

/// <summary>A temporary spool, a real recorder on a manual clock, and the way from a synthetic call to files.</summary>
public sealed class RecordedCall : IDisposable
{
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero));

    public RecordedCall()
    {
        Folder = Directory.CreateTempSubdirectory("recording-tests-").FullName;
        Recorder = new CallRecorder(new CallRecorderOptions { SpoolFolder = Path.Combine(Folder, "spool"), MaxBlocksInFlight = 100_000 }, _time);
    }

    /// <summary>Every call here is recorded encrypted.</summary>
    public static ReadOnlyMemory<byte> DataKey { get; } = Enumerable.Range(100, 32).Select(i => (byte)i).ToArray();

    public string Folder { get; }
    public CallRecorder Recorder { get; }
    public string OutputFolder => Path.Combine(Folder, "out");

    public static RecordingHeader Header(string id = "rec-1") => new()
    {
        RecordingId = id,
        TenantId = "tenant",
        TicketId = "T-1",
        CallId = "call-1",
        ConsentTextVersion = "1",
        ConsentTextSha256 = new string('0', 64),
        ConsentLanguage = "en",
        ConsentAt = new DateTimeOffset(2026, 11, 22, 7, 59, 0, TimeSpan.Zero),
    };

    /// <summary>Records the call in moved, not passing, time.</summary>
    public async Task<JournalSummary> RecordAsync(SyntheticCall call, Action<IRecordingSession>? with = null)
    {
        var session = await Recorder.StartAsync(Header(), DataKey, CancellationToken.None);
        with?.Invoke(session);
        var start = TimeSpan.Zero;
        call.Play(session, at =>
        {
            if (at > start)
                _time.Advance(at - start);
            start = at > start ? at : start;
        });
        _time.Advance(TimeSpan.FromMilliseconds(100));
        var summary = await session.StopAsync("hung up", CancellationToken.None);
        Assert.True(summary.Complete);
        Assert.Equal(0, session.Statistics.DroppedPackets);
        return summary;
    }

    public async Task<MuxResult> MakePlayableAsync(JournalSummary summary) =>
        await new CallMuxer(new MuxerOptions { FfmpegPath = "/nonexistent/ffmpeg" }, TimeProvider.System).MakePlayableAsync(summary.JournalPath, DataKey, OutputFolder, CancellationToken.None);

    /// <summary>A program of the test's own, to be given for ffmpeg.</summary>
    public string Script(string lines)
    {
        var path = Path.Combine(Folder, "tool");
        System.IO.File.WriteAllText(path, $"#!/bin/sh\n{lines}\n");
        if (!OperatingSystem.IsWindows())
            System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public async Task<MuxResult> MuxAsync(JournalSummary summary) =>
        await new CallMuxer(new MuxerOptions(), TimeProvider.System).MuxAsync(summary.JournalPath, DataKey, OutputFolder, CancellationToken.None);

    public string File(string name) => Path.Combine(OutputFolder, name);

    public void Dispose()
    {
        Recorder.Dispose();
        Assert.Equal(0, Recorder.OutstandingBuffers);
        Directory.Delete(Folder, recursive: true);
    }
}
