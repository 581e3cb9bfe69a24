using Microsoft.Win32.SafeHandles;

namespace AfterSales.Video.Native.Sockets;

/// <summary>An eventfd: any thread wakes the one that waits in epoll.</summary>
public sealed unsafe class EventSignal : SafeHandleMinusOneIsInvalid
{
    /// <exception cref="NativeSocketException">No descriptors are left.</exception>
    public EventSignal()
        : base(ownsHandle: true)
    {
        SetHandle(Libc.EventDescriptor(0, Libc.NonBlocking | Libc.CloseOnExec));
        if (IsInvalid)
            throw NativeSocketException.FromLastError("eventfd");
    }

    public void Set()
    {
        ulong one = 1;
        _ = Libc.Write(this, &one, sizeof(ulong));
    }

    public void Reset()
    {
        ulong value;
        _ = Libc.Read(this, &value, sizeof(ulong));
    }

    protected override bool ReleaseHandle() => Libc.Close(handle) == 0;
}
