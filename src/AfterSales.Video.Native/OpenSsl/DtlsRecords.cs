using System.Buffers.Binary;

namespace AfterSales.Video.Native.OpenSsl;

/// <summary>The record layer of DTLS 1.2 (RFC 6347 §4.1), as far as it has to be looked at before OpenSSL sees it.</summary>
public static class DtlsRecords
{
    public const int HeaderBytes = 13;

    private const int EpochOffset = 3;
    private const int LengthOffset = 11;

    /// <summary>Explicit nonce and tag of AES-GCM (RFC 5288 §3).</summary>
    private const int ShortestProtectedBytes = 8 + 16;

    /// <summary>The whole record at the start of <paramref name="bytes"/>, header included, in bytes. False when it is cut.</summary>
    public static bool TryReadLength(ReadOnlySpan<byte> bytes, out int length)
    {
        length = bytes.Length < HeaderBytes ? 0 : HeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(bytes[LengthOffset..]);
        return length > 0 && length <= bytes.Length;
    }

    /// <summary>
    /// False when a protected record is shorter than its nonce and tag. OpenSSL 3.0 takes that for an internal error and
    /// breaks the connection off, so that 14 forged bytes would end a call, where RFC 6347 §4.1.2.7 wants them dropped.
    /// </summary>
    internal static bool ArePlausible(ReadOnlySpan<byte> datagram)
    {
        while (TryReadLength(datagram, out var length))
        {
            var isProtected = BinaryPrimitives.ReadUInt16BigEndian(datagram[EpochOffset..]) != 0;
            if (isProtected && length < HeaderBytes + ShortestProtectedBytes)
                return false;
            datagram = datagram[length..];
        }
        return true;
    }
}
