using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Capture;

namespace AfterSales.Video.Recording.Recovery;

/// <summary>How much can be missing at the end of a journal a crash left open.</summary>
internal static class LossBound
{
    // For journals whose head does not say: the promises of recordings-schema/journal/v1 §3.
    private const int KillMs = 200;
    private const int PowerMs = 1000;

    /// <param name="endNs">Time of the last block that stands.</param>
    public static TimeSpan Of(RecordingHeader header, string path, JournalReader reader, BlockOutcome outcome, long endNs)
    {
        // Same boot: what the process had handed to the kernel is there, only the open block is gone.
        var sameBoot = header.BootId is not null && header.BootId == MachineBoot.Id;
        var window = TimeSpan.FromMilliseconds(sameBoot ? header.KillLossMs ?? KillMs : header.PowerLossMs ?? PowerMs);
        var lastNs = outcome == BlockOutcome.EndOfFile ? endNs : LastTimeBehind(path, reader.ValidLength, endNs);
        return window + TimeSpan.FromTicks((lastNs - endNs) / 100);
    }

    /// <summary>Blocks behind a damaged one cannot be used, but their headers tell how long the recording went on.</summary>
    private static long LastTimeBehind(string path, long validLength, long endNs)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        var (lastNs, at, buffer) = (endNs, validLength, new byte[1 << 16]);
        while (true)
        {
            file.Position = at;
            var read = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (read < JournalFormat.BlockHeaderLength)
                return lastNs;
            for (var i = 0; i <= read - JournalFormat.BlockHeaderLength; i++)
            {
                if (BlockHeader.TryRead(buffer.AsSpan(i, JournalFormat.BlockHeaderLength), out var header) && IsPlausible(header, endNs))
                    lastNs = Math.Max(lastNs, header.MonotonicNs);
            }

            at += read - JournalFormat.BlockHeaderLength + 1;
        }
    }

    private static bool IsPlausible(in BlockHeader header, long endNs) =>
        header.MonotonicNs >= endNs && header.MonotonicNs - endNs < TimeSpan.FromDays(1).Ticks * 100;
}
