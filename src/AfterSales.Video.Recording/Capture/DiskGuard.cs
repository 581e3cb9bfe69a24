using System.Globalization;

namespace AfterSales.Video.Recording.Capture;

/// <summary>How full the journals' disk is, in the steps the recorder acts on.</summary>
internal enum DiskLevel
{
    Enough,
    Low,
    VideoOff,
    Seal,
}

/// <summary>Watches the free space of the spool. One thread's, but for <see cref="Measure"/>.</summary>
internal sealed class DiskGuard(CallRecorderOptions options)
{
    private const long EveryMs = 1000;
    private long _lastMs = long.MinValue;
    private DiskLevel _level;

    /// <summary>At most once a second; true when recordings should hear of the level: when it changed, and always while they have to end.</summary>
    public bool Check(out DiskLevel level, out long freeBytes)
    {
        (level, freeBytes) = (_level, 0);
        var nowMs = Environment.TickCount64;
        if (_lastMs != long.MinValue && nowMs - _lastMs < EveryMs)
            return false;
        _lastMs = nowMs;
        level = Measure(_level, out freeBytes);
        if (level == _level)
            return level == DiskLevel.Seal;
        Tell(level, freeBytes);
        _level = level;
        return true;
    }

    /// <param name="current">Going back up takes a twentieth more than the watermark, so that one file does not make it swing.</param>
    public DiskLevel Measure(DiskLevel current, out long freeBytes)
    {
        freeBytes = options.FreeBytes?.Invoke(options.SpoolFolder) ?? new DriveInfo(options.SpoolFolder).AvailableFreeSpace;
        for (var level = DiskLevel.Seal; level > DiskLevel.Enough; level--)
        {
            var mark = level switch { DiskLevel.Seal => options.SealBelowBytes, DiskLevel.VideoOff => options.VideoOffBelowBytes, _ => options.RefuseBelowBytes };
            if (freeBytes < (level <= current ? mark + (mark / 20) : mark))
                return level;
        }

        return DiskLevel.Enough;
    }

    private void Tell(DiskLevel level, long freeBytes)
    {
        if ((level == DiskLevel.Enough) == (_level == DiskLevel.Enough))
            return;
        var kind = level == DiskLevel.Enough ? RecorderAlarmKind.DiskRecovered : RecorderAlarmKind.DiskLow;
        options.OnAlarm?.Invoke(new RecorderAlarm(null, kind, string.Create(CultureInfo.InvariantCulture, $"{freeBytes >> 20} MiB are free where journals are written.")));
    }
}
