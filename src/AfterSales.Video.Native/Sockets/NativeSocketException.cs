using System.Runtime.InteropServices;

namespace AfterSales.Video.Native.Sockets;

/// <summary>A socket call failed in a way the caller cannot go on from (a port in use, no descriptors left).</summary>
public sealed class NativeSocketException : IOException
{
    private NativeSocketException(string message, int errorNumber)
        : base(message) => ErrorNumber = errorNumber;

    /// <summary>errno.</summary>
    public int ErrorNumber { get; }

    internal static NativeSocketException FromLastError(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new NativeSocketException($"{what}: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})", error);
    }
}
