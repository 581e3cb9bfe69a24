using System.Buffers.Binary;
using AfterSales.Video.Native.Sockets;

namespace AfterSales.Video.Rtc.Ice;

/// <summary>
/// Writes one STUN message into a caller's buffer. Attributes in the order of the calls; <see cref="Complete"/> adds
/// MESSAGE-INTEGRITY and FINGERPRINT. The caller's buffer must hold the message: <see cref="Stun.MaxMessageLength"/> always does.
/// </summary>
public ref struct StunWriter
{
    private readonly Span<byte> _buffer;
    private int _length;

    /// <param name="buffer">Where the message goes, at least 20 bytes.</param>
    /// <param name="messageClass">Class; the method is always Binding.</param>
    /// <param name="transactionId">12 bytes.</param>
    public StunWriter(Span<byte> buffer, StunClass messageClass, scoped ReadOnlySpan<byte> transactionId)
    {
        _buffer = buffer;
        _length = Stun.HeaderLength;
        var type = (((int)messageClass & 2) << 7) | (((int)messageClass & 1) << 4) | Stun.BindingMethod;
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], 0);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[4..], Stun.MagicCookie);
        transactionId[..Stun.TransactionIdLength].CopyTo(buffer[8..]);
    }

    public void Write(StunAttributeType type, scoped ReadOnlySpan<byte> value, byte padding = 0)
    {
        var target = Begin(type, value.Length, padding);
        value.CopyTo(target);
    }

    public void WriteUInt32(StunAttributeType type, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Begin(type, 4), value);

    public void WriteUInt64(StunAttributeType type, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Begin(type, 8), value);

    /// <summary>USERNAME of a check: the receiver's fragment first (RFC 8445 §7.2.2).</summary>
    public void WriteUsername(scoped ReadOnlySpan<byte> receiverUfrag, scoped ReadOnlySpan<byte> senderUfrag)
    {
        var target = Begin(StunAttributeType.Username, receiverUfrag.Length + 1 + senderUfrag.Length);
        receiverUfrag.CopyTo(target);
        target[receiverUfrag.Length] = (byte)':';
        senderUfrag.CopyTo(target[(receiverUfrag.Length + 1)..]);
    }

    public void WriteXorMappedAddress(in TransportAddress address)
    {
        var target = Begin(StunAttributeType.XorMappedAddress, 4 + address.AddressLength);
        target[0] = 0;
        target[1] = (byte)(address.IsIPv4 ? 1 : 2);
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)(address.Port ^ (Stun.MagicCookie >> 16)));
        var length = address.WriteAddress(target[4..]);
        for (var i = 0; i < length; i++)
        {
            target[4 + i] ^= _buffer[4 + i];
        }
    }

    /// <param name="code">300 to 699.</param>
    /// <param name="reason">Short ASCII phrase.</param>
    public void WriteErrorCode(int code, scoped ReadOnlySpan<byte> reason)
    {
        var target = Begin(StunAttributeType.ErrorCode, 4 + reason.Length);
        BinaryPrimitives.WriteUInt16BigEndian(target, 0);
        target[2] = (byte)(code / 100);
        target[3] = (byte)(code % 100);
        reason.CopyTo(target[4..]);
    }

    /// <summary>Adds MESSAGE-INTEGRITY (unless the key is empty) and FINGERPRINT and returns the length of the message.</summary>
    public int Complete(scoped ReadOnlySpan<byte> key)
    {
        if (!key.IsEmpty)
        {
            Span<byte> digest = stackalloc byte[Stun.IntegrityLength];
            StunMessage.ComputeIntegrity(_buffer[.._length], key, digest);
            Write(StunAttributeType.MessageIntegrity, digest);
        }

        BinaryPrimitives.WriteUInt16BigEndian(_buffer[2..], (ushort)(_length - Stun.HeaderLength + Stun.FingerprintAttributeLength));
        WriteUInt32(StunAttributeType.Fingerprint, StunMessage.ComputeFingerprint(_buffer[.._length]));
        return _length;
    }

    private Span<byte> Begin(StunAttributeType type, int length, byte padding = 0)
    {
        var header = _buffer[_length..];
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)length);
        header[(4 + length)..(4 + StunMessage.Padded(length))].Fill(padding);
        _length += 4 + StunMessage.Padded(length);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[2..], (ushort)(_length - Stun.HeaderLength));
        return header.Slice(4, length);
    }
}
