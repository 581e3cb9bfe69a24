using System.Globalization;

namespace AfterSales.Video.Rtc.Sdp;

internal enum H264Profile
{
    /// <summary>Main, High and what nobody knows: not every phone decodes it, so it is not negotiated.</summary>
    Other,
    Baseline,
    ConstrainedBaseline,
}

/// <summary>profile-level-id and its companions (RFC 6184 §8.1, §8.2.2).</summary>
internal readonly record struct H264Format(H264Profile Profile, byte ProfileIdc, byte Constraints, byte Level, bool LevelAsymmetry)
{
    /// <summary>720p30; what a forwarder can take is not limited by level, so this is the least we answer.</summary>
    private const byte Level31 = 0x1F;

    /// <summary>False without packetization-mode=1 or with an unreadable profile-level-id.</summary>
    public static bool TryParse(string format, out H264Format result)
    {
        result = default;
        var id = FormatParameters.Get(format, "profile-level-id");

        // Absent means Baseline level 1 (RFC 6184 §8.1).
        var value = 0x42000Au;
        if (!FormatParameters.Is(format, "packetization-mode", "1")
            || (!id.IsEmpty && (id.Length != 6 || !uint.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value))))
        {
            return false;
        }

        var (idc, constraints, level) = ((byte)(value >> 16), (byte)(value >> 8), (byte)value);
        var asymmetry = FormatParameters.Is(format, "level-asymmetry-allowed", "1");
        result = new H264Format(ProfileOf(idc, constraints), idc, constraints, level, asymmetry);
        return true;
    }

    /// <summary>The profile as offered; our receiving level is our own business only when asymmetry was offered.</summary>
    public string Answer()
    {
        var level = LevelAsymmetry ? Math.Max(Level, Level31) : Level;
        var asymmetry = LevelAsymmetry ? "level-asymmetry-allowed=1;" : "";
        return $"{asymmetry}packetization-mode=1;profile-level-id={ProfileIdc:x2}{Constraints:x2}{level:x2}";
    }

    /// <summary>Table 5 of RFC 6184 §8.1. Bit 6 of the constraints is constraint_set1.</summary>
    private static H264Profile ProfileOf(byte idc, byte constraints) => (idc, constraints) switch
    {
        (0x42, _) when (constraints & 0x4F) == 0x40 => H264Profile.ConstrainedBaseline,
        (0x4D, _) when (constraints & 0x8F) == 0x80 => H264Profile.ConstrainedBaseline,
        (0x58, _) when (constraints & 0xCF) == 0xC0 => H264Profile.ConstrainedBaseline,
        (0x42, _) when (constraints & 0x4F) == 0 => H264Profile.Baseline,
        (0x58, _) when (constraints & 0xCF) == 0x80 => H264Profile.Baseline,
        _ => H264Profile.Other,
    };
}
