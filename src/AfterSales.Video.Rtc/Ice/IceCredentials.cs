using System.Buffers.Binary;
using System.Security.Cryptography;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Rtc.Ice;

/// <summary>
/// Local ICE credentials from the system's CSPRNG: 8 ice-chars (48 bits) and 24 ice-chars (144 bits); RFC 8445 §5.3 asks
/// for at least 24 and 128 bits.
/// </summary>
public static class IceCredentials
{
    /// <summary>Exactly eight, so that a fragment is also a 64-bit dictionary key.</summary>
    public const int UfragLength = 8;

    public const int PasswordLength = 24;

    public static IceParameters Generate() =>
        new(RandomNumberGenerator.GetString(IceChars.All, UfragLength), RandomNumberGenerator.GetString(IceChars.All, PasswordLength));

    /// <summary>The dictionary key of a fragment of ours; false for any other length.</summary>
    public static bool TryGetKey(ReadOnlySpan<byte> ufrag, out ulong key)
    {
        key = 0;
        return ufrag.Length == UfragLength && BinaryPrimitives.TryReadUInt64LittleEndian(ufrag, out key);
    }

    /// <summary>The dictionary key of local credentials made by <see cref="Generate"/>.</summary>
    /// <exception cref="ArgumentException">The fragment is not 8 characters long.</exception>
    public static ulong KeyOf(IceParameters local)
    {
        ArgumentNullException.ThrowIfNull(local);
        return TryGetKey(System.Text.Encoding.ASCII.GetBytes(local.UsernameFragment), out var key)
            ? key
            : throw new ArgumentException("Not a fragment of IceCredentials.Generate.", nameof(local));
    }
}
