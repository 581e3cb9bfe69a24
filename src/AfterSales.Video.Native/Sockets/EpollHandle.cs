using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AfterSales.Video.Native.Sockets;

[Flags]
public enum PollEvents : uint
{
    None = 0,
    Readable = 0x1,
    Writable = 0x4,
    Error = 0x8,
    HangUp = 0x10,
}

/// <summary>Level-triggered epoll over descriptors, each known by a caller's token.</summary>
public sealed unsafe class EpollHandle : SafeHandleMinusOneIsInvalid
{
    private const int Add = 1;
    private const int Delete = 2;
    private const int Modify = 3;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private readonly byte[] _events;
    private readonly int _capacity;

    /// <exception cref="NativeSocketException">No descriptors are left.</exception>
    public EpollHandle(int capacity)
        : base(ownsHandle: true)
    {
        _capacity = capacity;
        _events = GC.AllocateArray<byte>(capacity * Stride, pinned: true);
        SetHandle(Libc.EpollCreate(Libc.CloseOnExec));
        if (IsInvalid)
            throw NativeSocketException.FromLastError("epoll_create1");
    }

    public void Watch(SafeHandle descriptor, PollEvents events, ulong token) => Control(Add, descriptor, events, token);

    public void Change(SafeHandle descriptor, PollEvents events, ulong token) => Control(Modify, descriptor, events, token);

    public void Forget(SafeHandle descriptor) => Control(Delete, descriptor, PollEvents.None, 0);

    /// <summary>Waits for at most <paramref name="timeoutMs"/> (-1: without limit) and returns how many descriptors are ready.</summary>
    public int Wait(int timeoutMs) =>
        Math.Max(Libc.EpollWait(this, (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_events, 0), _capacity, timeoutMs), 0);

    public PollEvents EventsOf(int index) => (PollEvents)MemoryMarshal.Read<uint>(_events.AsSpan(index * Stride));

    public ulong TokenOf(int index) => MemoryMarshal.Read<ulong>(_events.AsSpan(((index + 1) * Stride) - sizeof(ulong)));

    protected override bool ReleaseHandle() => Libc.Close(handle) == 0;

    private void Control(int operation, SafeHandle descriptor, PollEvents events, ulong token)
    {
        Span<byte> registration = stackalloc byte[16];
        MemoryMarshal.Write(registration, (uint)events);
        MemoryMarshal.Write(registration[(Stride - sizeof(ulong))..], token);
        fixed (byte* pointer = registration)
        {
            if (Libc.EpollControl(this, operation, descriptor, pointer) != 0)
                throw NativeSocketException.FromLastError("epoll_ctl");
        }
    }
}
