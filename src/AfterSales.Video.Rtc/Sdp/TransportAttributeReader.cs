using System.Globalization;
using AfterSales.Video.Rtc.Ice;

namespace AfterSales.Video.Rtc.Sdp;

/// <summary>Attributes that may stand at session level or in a section (RFC 8839 §5.4, RFC 8122 §5, RFC 4145 §4).</summary>
internal static class TransportAttributeReader
{
    private const int Sha256Length = 32;

    /// <summary>False when the attribute is none of these; <paramref name="isValid"/> tells whether its value was fine.</summary>
    public static bool TryTake(ReadOnlySpan<char> name, ReadOnlySpan<char> value, TransportAttributes target, out bool isValid)
    {
        isValid = true;
        switch (name)
        {
            case "ice-ufrag":
                isValid = IsIceChars(value, 4);
                target.UsernameFragment = isValid ? value.ToString() : null;
                return true;
            case "ice-pwd":
                isValid = IsIceChars(value, 22);
                target.Password = isValid ? value.ToString() : null;
                return true;
            case "fingerprint":
                isValid = TryReadFingerprint(value, target);
                return true;
            case "setup":
                isValid = TryReadSetup(value, target);
                return true;
            case "sendrecv" or "sendonly" or "recvonly" or "inactive":
                target.Direction = DirectionOf(name);
                return true;
            default:
                return false;
        }
    }

    private static bool IsIceChars(ReadOnlySpan<char> text, int minLength) =>
        text.Length >= minLength && text.Length <= 256 && !text.ContainsAnyExcept(IceChars.Set);

    private static bool TryReadSetup(ReadOnlySpan<char> value, TransportAttributes target)
    {
        target.Setup = value switch
        {
            "actpass" => SdpSetup.ActPass,
            "active" => SdpSetup.Active,
            "passive" => SdpSetup.Passive,
            _ => null,
        };
        return target.Setup is not null;
    }

    private static SdpDirection DirectionOf(ReadOnlySpan<char> name) => name switch
    {
        "sendrecv" => SdpDirection.SendRecv,
        "sendonly" => SdpDirection.SendOnly,
        "recvonly" => SdpDirection.RecvOnly,
        _ => SdpDirection.Inactive,
    };

    /// <summary>Other hash functions are passed over: the sender may list several (RFC 8122 §5).</summary>
    private static bool TryReadFingerprint(ReadOnlySpan<char> value, TransportAttributes target)
    {
        if (!SdpLines.TryWord(ref value, out var algorithm) || !SdpLines.TryWord(ref value, out var digits))
        {
            return false;
        }

        if (!algorithm.Equals("sha-256", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (digits.Length != (Sha256Length * 3) - 1)
        {
            return false;
        }

        var digest = new byte[Sha256Length];
        for (var i = 0; i < digest.Length; i++)
        {
            if (!byte.TryParse(digits.Slice(i * 3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out digest[i])
                || (i > 0 && digits[(i * 3) - 1] != ':'))
            {
                return false;
            }
        }

        target.Fingerprint = new DtlsFingerprint("sha-256", digest);
        return true;
    }
}
