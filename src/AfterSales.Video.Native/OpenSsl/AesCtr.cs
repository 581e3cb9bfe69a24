namespace AfterSales.Video.Native.OpenSsl;

/// <summary>AES-128 in counter mode (NIST SP 800-38A §6.5), encrypting and decrypting alike. No allocation per call.</summary>
public sealed unsafe class AesCtr(ReadOnlySpan<byte> key) : AesCipher("AES-128-CTR", key, encrypt: true)
{
    public const int IvBytes = 16;

    /// <summary>XORs the key stream of <paramref name="iv"/> (16 bytes, the first counter block) over the source. May be in place.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than the source.</exception>
    public void Transform(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(iv.Length, IvBytes, nameof(iv));
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, source.Length, nameof(destination));
        var context = Context;
        fixed (byte* ivPointer = iv, sourcePointer = source, destinationPointer = destination)
        {
            if (!Restart(context, ivPointer, null) || !Update(context, destinationPointer, sourcePointer, source.Length))
                throw OpenSslException.FromQueue("AES-128-CTR");
        }
        GC.KeepAlive(this);
    }
}
