namespace AfterSales.Video.Recording.Capture;

/// <summary>Settings of the recorder.</summary>
public sealed class CallRecorderOptions
{
    /// <summary>Where journals live until they are muxed and stored: spool/&lt;recordingId&gt;/journal.v1. Same disk for all recordings of a node.</summary>
    public required string SpoolFolder { get; init; }

    /// <summary>
    /// Longest age of an unwritten block. What a killed process can lose is this plus <see cref="SealCheck"/>; 100 + 50 ms keeps the
    /// promised 200 ms with room for a busy machine.
    /// </summary>
    public TimeSpan BlockAge { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a block without new packets is looked at.</summary>
    public TimeSpan SealCheck { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How often written blocks are synced to the device; a power cut loses at most about twice this. The promise is 1 s.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Blocks of one recording that may wait for the disk (64 KB each). 64 are 6 s of a call: a disk that stalls longer makes a stated gap
    /// instead of eating the memory.
    /// </summary>
    public int MaxBlocksInFlight { get; init; } = 64;

    /// <summary>
    /// Blocks of one recording kept in memory until the device has confirmed them, so that a file that fails loses nothing, and while no file
    /// takes them. 32 are 3 s of a call.
    /// </summary>
    public int MaxBlocksInMemory { get; init; } = 32;

    /// <summary>Below so much free space no recording begins: a call of an hour and its files are about 2 GB.</summary>
    public long RefuseBelowBytes { get; init; } = 5_000_000_000;

    /// <summary>Below, pictures are left out and voices kept: a tenth of the bytes.</summary>
    public long VideoOffBelowBytes { get; init; } = 2_000_000_000;

    /// <summary>Below, recordings are ended while their END can still be written and the system has room to breathe.</summary>
    public long SealBelowBytes { get; init; } = 500_000_000;

    /// <summary>A video source that sent no key frame for so long is asked for one: what a player can seek to. Zero never asks.</summary>
    public TimeSpan KeyFrameInterval { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Free bytes of the disk a folder is on; null asks the system.</summary>
    public Func<string, long>? FreeBytes { get; init; }

    /// <summary>How often <see cref="OnCheckpoint"/> is called. The promise is 10 s.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Called on the sync thread after a successful fdatasync: right after the start, then every <see cref="CheckpointInterval"/> in which
    /// blocks were written, and for the END block. Must not block and must not throw.
    /// </summary>
    public Action<JournalHead>? OnCheckpoint { get; init; }

    /// <summary>Called on the recorder's threads. Must not block and must not throw.</summary>
    public Action<RecorderAlarm>? OnAlarm { get; init; }

    // A machine that is busy lets threads wait some 50 ms.
    internal int KillLossMs => (int)(BlockAge + SealCheck).TotalMilliseconds + 50;

    internal int PowerLossMs => Math.Max(KillLossMs, (int)(2 * SyncInterval).TotalMilliseconds);
}
