using System.Runtime.InteropServices;

namespace AfterSales.Video.Native.OpenSsl;

internal sealed class CipherHandle() : NativeHandle
{
    protected override void Free(nint pointer) => LibCrypto.FreeCipher(pointer);
}

internal sealed class CipherContextHandle() : NativeHandle
{
    protected override void Free(nint pointer) => LibCrypto.FreeCipherContext(pointer);
}

internal sealed class SslContextHandle() : NativeHandle
{
    protected override void Free(nint pointer) => LibSsl.FreeContext(pointer);
}

internal sealed class SslHandle() : NativeHandle
{
    /// <summary>Frees the two BIOs as well: the connection owns them after SSL_set_bio.</summary>
    protected override void Free(nint pointer) => LibSsl.Free(pointer);
}

/// <summary>An owned pointer whose free function returns nothing and cannot fail.</summary>
internal abstract class NativeHandle() : SafeHandle(0, ownsHandle: true)
{
    public sealed override bool IsInvalid => handle == 0;

    protected abstract void Free(nint pointer);

    protected sealed override bool ReleaseHandle()
    {
        Free(handle);
        return true;
    }
}
