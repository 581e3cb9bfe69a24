using System.Buffers.Binary;
using System.Security.Cryptography;
using AfterSales.Video.Native.Sockets;

namespace AfterSales.Video.Rtc.Ice;

/// <summary>
/// A view on a STUN message whose header, length and attribute boundaries were checked (RFC 8489 §5). Holds no copy.
/// Attributes after MESSAGE-INTEGRITY are not seen, except FINGERPRINT (§14.5), so everything read here is covered by the key.
/// </summary>
public readonly ref struct StunMessage
{
    private readonly ReadOnlySpan<byte> _message;
    private readonly int _integrityOffset;
    private readonly int _fingerprintOffset;

    private StunMessage(ReadOnlySpan<byte> message, int integrityOffset, int fingerprintOffset)
    {
        _message = message;
        _integrityOffset = integrityOffset;
        _fingerprintOffset = fingerprintOffset;
    }

    public StunClass Class => (StunClass)(((_message[0] & 1) << 1) | ((_message[1] >> 4) & 1));

    public ushort Method => (ushort)(((_message[0] & 0x3E) << 6) | ((_message[1] & 0xE0) >> 1) | (_message[1] & 0x0F));

    /// <summary>12 bytes.</summary>
    public ReadOnlySpan<byte> TransactionId => _message.Slice(8, Stun.TransactionIdLength);

    public bool HasMessageIntegrity => _integrityOffset >= 0;

    public bool HasFingerprint => _fingerprintOffset >= 0;

    /// <summary>Where readable attributes end: at MESSAGE-INTEGRITY, else at FINGERPRINT, else at the end.</summary>
    private int ReadableEnd => _integrityOffset >= 0 ? _integrityOffset : _fingerprintOffset >= 0 ? _fingerprintOffset : _message.Length;

    /// <summary>A cheap look for demultiplexing (RFC 7983): first byte 0 to 3 and the magic cookie.</summary>
    public static bool LooksLikeStun(ReadOnlySpan<byte> datagram) =>
        datagram.Length >= Stun.HeaderLength && datagram[0] <= 3
        && BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) == Stun.MagicCookie;

    /// <summary>False for anything that is not exactly one well-formed STUN message.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out StunMessage message)
    {
        message = default;
        if (!LooksLikeStun(datagram) || datagram.Length > Stun.MaxMessageLength || (datagram.Length & 3) != 0
            || BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) != datagram.Length - Stun.HeaderLength
            || !TryWalk(datagram, out var integrity, out var fingerprint))
        {
            return false;
        }

        message = new StunMessage(datagram, integrity, fingerprint);
        return true;
    }

    /// <summary>The first attribute of this type, without padding. False when absent.</summary>
    public bool TryGet(StunAttributeType type, out ReadOnlySpan<byte> value)
    {
        for (var offset = Stun.HeaderLength; offset < ReadableEnd;)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(_message[(offset + 2)..]);
            if (BinaryPrimitives.ReadUInt16BigEndian(_message[offset..]) == (int)type)
            {
                value = _message.Slice(offset + 4, length);
                return true;
            }

            offset += 4 + Padded(length);
        }

        value = default;
        return false;
    }

    public bool Has(StunAttributeType type) => TryGet(type, out _);

    /// <summary>PRIORITY or NOMINATION: 32 bits.</summary>
    public bool TryGetUInt32(StunAttributeType type, out uint value)
    {
        value = 0;
        return TryGet(type, out var bytes) && BinaryPrimitives.TryReadUInt32BigEndian(bytes, out value) && bytes.Length == 4;
    }

    /// <summary>ICE-CONTROLLING or ICE-CONTROLLED: the 64-bit tie-breaker.</summary>
    public bool TryGetUInt64(StunAttributeType type, out ulong value)
    {
        value = 0;
        return TryGet(type, out var bytes) && BinaryPrimitives.TryReadUInt64BigEndian(bytes, out value) && bytes.Length == 8;
    }

    /// <summary>The code of an ERROR-CODE attribute, 300 to 699 (RFC 8489 §14.8).</summary>
    public bool TryGetErrorCode(out int code)
    {
        code = 0;
        if (!TryGet(StunAttributeType.ErrorCode, out var value) || value.Length < 4)
        {
            return false;
        }

        code = ((value[2] & 7) * 100) + value[3];
        return code is >= 300 and <= 699 && value[3] < 100;
    }

    /// <summary>USERNAME split at its colon into the receiver's and the sender's fragment (RFC 8445 §7.2.2).</summary>
    public bool TryGetUsername(out ReadOnlySpan<byte> receiverUfrag, out ReadOnlySpan<byte> senderUfrag)
    {
        receiverUfrag = senderUfrag = default;
        if (!TryGet(StunAttributeType.Username, out var username))
        {
            return false;
        }

        var colon = username.IndexOf((byte)':');
        if (colon <= 0 || colon == username.Length - 1)
        {
            return false;
        }

        receiverUfrag = username[..colon];
        senderUfrag = username[(colon + 1)..];
        return true;
    }

    /// <summary>
    /// The receiver's fragment as a dictionary key when it has the length of ours (<see cref="IceCredentials"/>): lets a loop
    /// find the peer of a first check without allocation.
    /// </summary>
    public bool TryGetUfragKey(out ulong key)
    {
        key = 0;
        return TryGetUsername(out var receiver, out _) && IceCredentials.TryGetKey(receiver, out key);
    }

    /// <summary>XOR-MAPPED-ADDRESS (RFC 8489 §14.2).</summary>
    public bool TryGetXorMappedAddress(out TransportAddress address)
    {
        address = default;
        if (!TryGet(StunAttributeType.XorMappedAddress, out var value) || value.Length is not (8 or 20)
            || value[1] != (value.Length == 8 ? 1 : 2))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        bytes = bytes[..(value.Length - 4)];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(value[4 + i] ^ _message[4 + i]);
        }

        var port = BinaryPrimitives.ReadUInt16BigEndian(value[2..]) ^ (Stun.MagicCookie >> 16);
        address = TransportAddress.FromBytes(bytes, (ushort)port);
        return true;
    }

    /// <summary>The first comprehension-required attribute ICE does not know (RFC 8489 §14), which calls for a 420.</summary>
    public bool TryGetUnknownRequired(out ushort type)
    {
        for (var offset = Stun.HeaderLength; offset < ReadableEnd;)
        {
            type = BinaryPrimitives.ReadUInt16BigEndian(_message[offset..]);
            if (type < 0x8000 && !IsKnown((StunAttributeType)type))
            {
                return true;
            }

            offset += 4 + Padded(BinaryPrimitives.ReadUInt16BigEndian(_message[(offset + 2)..]));
        }

        type = 0;
        return false;
    }

    /// <summary>Compares MESSAGE-INTEGRITY in constant time. False when absent or wrong.</summary>
    /// <param name="key">With short-term credentials the password itself (RFC 8489 §9.1.1).</param>
    public bool VerifyMessageIntegrity(ReadOnlySpan<byte> key)
    {
        if (_integrityOffset < 0)
        {
            return false;
        }

        Span<byte> digest = stackalloc byte[Stun.IntegrityLength];
        ComputeIntegrity(_message[.._integrityOffset], key, digest);
        return CryptographicOperations.FixedTimeEquals(digest, _message.Slice(_integrityOffset + 4, Stun.IntegrityLength));
    }

    /// <summary>False when FINGERPRINT is absent or wrong (RFC 8489 §14.7).</summary>
    public bool VerifyFingerprint() =>
        _fingerprintOffset >= 0
        && BinaryPrimitives.ReadUInt32BigEndian(_message[(_fingerprintOffset + 4)..]) == ComputeFingerprint(_message[.._fingerprintOffset]);

    /// <summary>The length in the header counts up to and including MESSAGE-INTEGRITY (RFC 8489 §14.5).</summary>
    internal static void ComputeIntegrity(ReadOnlySpan<byte> before, ReadOnlySpan<byte> key, Span<byte> digest)
    {
        Span<byte> covered = stackalloc byte[Stun.MaxMessageLength];
        covered = covered[..before.Length];
        before.CopyTo(covered);
        var length = before.Length - Stun.HeaderLength + Stun.IntegrityAttributeLength;
        BinaryPrimitives.WriteUInt16BigEndian(covered[2..], (ushort)length);
        HMACSHA1.HashData(key, covered, digest);
    }

    /// <summary>FINGERPRINT is last, so the header's length already counts it.</summary>
    internal static uint ComputeFingerprint(ReadOnlySpan<byte> before) => Crc32.Compute(before) ^ Stun.FingerprintXor;

    internal static int Padded(int length) => (length + 3) & ~3;

    private static bool TryWalk(ReadOnlySpan<byte> datagram, out int integrity, out int fingerprint)
    {
        integrity = fingerprint = -1;
        for (var offset = Stun.HeaderLength; offset < datagram.Length;)
        {
            var type = (StunAttributeType)BinaryPrimitives.ReadUInt16BigEndian(datagram[offset..]);
            var length = BinaryPrimitives.ReadUInt16BigEndian(datagram[(offset + 2)..]);
            var end = offset + 4 + Padded(length);
            if (end > datagram.Length || fingerprint >= 0)
            {
                return false;
            }

            if (type == StunAttributeType.MessageIntegrity && integrity < 0)
            {
                integrity = length == Stun.IntegrityLength ? offset : int.MaxValue;
            }
            else if (type == StunAttributeType.Fingerprint)
            {
                fingerprint = length == 4 ? offset : int.MaxValue;
            }

            offset = end;
        }

        return integrity != int.MaxValue && fingerprint != int.MaxValue;
    }

    private static bool IsKnown(StunAttributeType type) => type is StunAttributeType.MappedAddress or StunAttributeType.Username
        or StunAttributeType.MessageIntegrity or StunAttributeType.ErrorCode or StunAttributeType.UnknownAttributes
        or StunAttributeType.XorMappedAddress or StunAttributeType.Priority or StunAttributeType.UseCandidate;
}
