using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace AfterSales.Video.Native.Sockets;

/// <summary>A non-blocking, close-on-exec socket.</summary>
public abstract unsafe class SocketHandle : SafeHandleMinusOneIsInvalid
{
    private protected SocketHandle(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>The bound address and port; the port is the real one when 0 was asked for.</summary>
    public TransportAddress LocalAddress
    {
        get
        {
            Span<byte> name = stackalloc byte[SocketName.Capacity];
            uint length = SocketName.Capacity;
            fixed (byte* pointer = name)
                return Libc.LocalName(this, pointer, &length) == 0 ? SocketName.Read(name) : default;
        }
    }

    protected override bool ReleaseHandle() => Libc.Close(handle) == 0;

    private protected static int Create(IPAddress address, int type)
    {
        var family = address.AddressFamily == AddressFamily.InterNetworkV6 ? Libc.AddressFamilyInet6 : Libc.AddressFamilyInet;
        var descriptor = Libc.Socket(family, type | Libc.NonBlocking | Libc.CloseOnExec, 0);
        return descriptor >= 0 ? descriptor : throw NativeSocketException.FromLastError("socket");
    }

    private protected void SetOption(int level, int name, int value) => _ = Libc.SetOption(this, level, name, &value, sizeof(int));

    private protected void Bind(IPAddress address, ushort port)
    {
        var inet6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        if (inet6)
            SetOption(Libc.ProtocolIpv6, Libc.Ipv6Only, address.Equals(IPAddress.IPv6Any) ? 0 : 1);
        Span<byte> name = stackalloc byte[SocketName.Capacity];
        var length = SocketName.Write(name, TransportAddress.From(new IPEndPoint(address, port)), inet6);
        fixed (byte* pointer = name)
        {
            if (Libc.Bind(this, pointer, (uint)length) != 0)
                throw NativeSocketException.FromLastError($"bind to {new IPEndPoint(address, port)}");
        }
    }
}
