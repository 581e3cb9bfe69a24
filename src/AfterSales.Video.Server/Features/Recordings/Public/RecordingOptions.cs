using System.ComponentModel.DataAnnotations;
using AfterSales.Video.Recording.Capture;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>Section "Recording": how calls are written down. The defaults keep what docs/operations/evidence.md promises.</summary>
internal sealed class RecordingOptions : IValidatableObject
{
    public const string Section = "Recording";

    /// <summary>Longest age of an unwritten block. A killed process loses this and at most 100 ms more; the promise is 200 ms.</summary>
    public TimeSpan BlockInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often written blocks are synced to the device. A power cut loses about twice this; the promise is 1 s.</summary>
    public TimeSpan SyncInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the hash chain's head is signed and given to both participants. The promise is 10 s.</summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How much of a call goes to the store at once: what a computer that is lost during the call takes with it.</summary>
    public TimeSpan SegmentInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A camera that sent no key frame for so long is asked for one, so that the player can begin there. 0 never asks.</summary>
    public TimeSpan KeyFrameInterval { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Below so much free space no recording begins: a call of an hour and its files are about 2 GB.</summary>
    public long RefuseBelowBytes { get; set; } = 5_000_000_000;

    /// <summary>Below, pictures are left out and voices kept: a tenth of the bytes.</summary>
    public long VideoOffBelowBytes { get; set; } = 2_000_000_000;

    /// <summary>Below, recordings are ended while that can still be written and the system has room to breathe.</summary>
    public long SealBelowBytes { get; set; } = 500_000_000;

    /// <summary>
    /// A sealed recording's local journal is deleted after this, when the store, read back, holds every byte. Nothing needs it any more; an hour is for
    /// the person who wants to look.
    /// </summary>
    public TimeSpan KeepJournal { get; set; } = TimeSpan.FromHours(1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        (string Name, TimeSpan Value, TimeSpan Least, TimeSpan Most)[] spans =
        [
            (nameof(BlockInterval), BlockInterval, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(100)),
            (nameof(SyncInterval), SyncInterval, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500)),
            (nameof(CheckpointInterval), CheckpointInterval, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)),
            (nameof(SegmentInterval), SegmentInterval, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)),
            (nameof(KeepJournal), KeepJournal, TimeSpan.Zero, TimeSpan.FromDays(365)),
        ];
        foreach (var (name, value, least, most) in spans)
        {
            if (value < least || value > most)
                yield return new ValidationResult($"Recording:{name} must be between {least:c} and {most:c}; it is {value:c}.", [name]);
        }

        if (KeyFrameInterval != TimeSpan.Zero && (KeyFrameInterval < TimeSpan.FromSeconds(2) || KeyFrameInterval > TimeSpan.FromMinutes(5)))
            yield return new ValidationResult($"Recording:KeyFrameInterval must be between 00:00:02 and 00:05:00, or 00:00:00 to ask for none; it is {KeyFrameInterval:c}.", [nameof(KeyFrameInterval)]);
        if (SealBelowBytes < 0 || VideoOffBelowBytes < SealBelowBytes || RefuseBelowBytes < VideoOffBelowBytes)
            yield return new ValidationResult(
                "Recording:SealBelowBytes, Recording:VideoOffBelowBytes and Recording:RefuseBelowBytes must be 0 or more and not get smaller in this order, for example 500000000, 2000000000 and 5000000000.",
                [nameof(SealBelowBytes), nameof(VideoOffBelowBytes), nameof(RefuseBelowBytes)]);
    }

    public CallRecorderOptions ToRecorder(string spoolFolder, Action<JournalHead>? onCheckpoint = null, Action<RecorderAlarm>? onAlarm = null, DiskSpace? space = null) => new()
    {
        SpoolFolder = spoolFolder,
        BlockAge = BlockInterval,
        SyncInterval = SyncInterval,
        CheckpointInterval = CheckpointInterval,
        RefuseBelowBytes = RefuseBelowBytes,
        VideoOffBelowBytes = VideoOffBelowBytes,
        SealBelowBytes = SealBelowBytes,
        KeyFrameInterval = KeyFrameInterval,
        FreeBytes = space?.FreeBytes,
        OnCheckpoint = onCheckpoint,
        OnAlarm = onAlarm,
    };
}

/// <summary>Who says how much room there is where journals are written; without one, the system.</summary>
/// <param name="FreeBytes">Of a folder's disk.</param>
internal sealed record DiskSpace(Func<string, long> FreeBytes);
