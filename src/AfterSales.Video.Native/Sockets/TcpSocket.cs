using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace AfterSales.Video.Native.Sockets;

/// <summary>A non-blocking listening TCP socket; bound to :: it serves IPv4 as well.</summary>
public sealed unsafe class TcpListenerSocket : SocketHandle
{
    private TcpListenerSocket(int descriptor)
        : base(descriptor)
    {
    }

    /// <exception cref="NativeSocketException">The address is in use or not there.</exception>
    public static TcpListenerSocket Open(IPAddress address, ushort port, int backlog)
    {
        var socket = new TcpListenerSocket(Create(address, Libc.Stream));
        try
        {
            socket.SetOption(Libc.SolSocket, Libc.SoReuseAddr, 1);
            socket.Bind(address, port);
            return Libc.Listen(socket, backlog) == 0 ? socket : throw NativeSocketException.FromLastError("listen");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The next waiting connection, or null when there is none.</summary>
    /// <param name="isExhausted">No descriptor or memory is left: asking again at once would spin.</param>
    public TcpSocket? Accept(out TransportAddress remote, out bool isExhausted)
    {
        Span<byte> name = stackalloc byte[SocketName.Capacity];
        uint length = SocketName.Capacity;
        int descriptor;
        fixed (byte* pointer = name)
            descriptor = Libc.Accept(this, pointer, &length, Libc.NonBlocking | Libc.CloseOnExec);
        remote = descriptor >= 0 ? SocketName.Read(name) : default;
        isExhausted = descriptor < 0 && Marshal.GetLastPInvokeError() is 12 or 23 or 24 or 105; // ENOMEM, ENFILE, EMFILE, ENOBUFS
        return descriptor >= 0 ? new TcpSocket(descriptor) : null;
    }
}

/// <summary>A non-blocking TCP connection.</summary>
public sealed unsafe class TcpSocket : SocketHandle
{
    internal TcpSocket(int descriptor)
        : base(descriptor)
    {
        // Media must not wait for acknowledgements of earlier media.
        SetOption(Libc.ProtocolTcp, Libc.TcpNoDelay, 1);
    }

    /// <summary>0, or the errno a pending connect ended with.</summary>
    public int PendingError
    {
        get
        {
            int value;
            uint length = sizeof(int);
            return Libc.GetOption(this, Libc.SolSocket, Libc.SoError, &value, &length) == 0 ? value : Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Begins to connect; the socket becomes writable when that is done, see <see cref="PendingError"/>.</summary>
    /// <exception cref="NativeSocketException">Refused at once.</exception>
    public static TcpSocket Connect(IPEndPoint remote)
    {
        var socket = new TcpSocket(Create(remote.Address, Libc.Stream));
        Span<byte> name = stackalloc byte[SocketName.Capacity];
        var inet6 = remote.AddressFamily == AddressFamily.InterNetworkV6;
        var length = SocketName.Write(name, TransportAddress.From(remote), inet6);
        fixed (byte* pointer = name)
        {
            if (Libc.Connect(socket, pointer, (uint)length) == 0 || Marshal.GetLastPInvokeError() == Libc.ErrorInProgress)
                return socket;
        }

        var error = NativeSocketException.FromLastError("connect");
        socket.Dispose();
        throw error;
    }

    /// <summary>Bytes received; 0 when none are waiting; -1 when the connection ended or broke.</summary>
    public int Receive(Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            var count = Libc.Receive(this, pointer, (nuint)buffer.Length, Libc.MessageDontWait);
            return count > 0 ? (int)count : count < 0 && IsTransient() ? 0 : -1;
        }
    }

    /// <summary>Bytes taken by the kernel, 0 when its buffer is full; -1 when the connection broke.</summary>
    public int Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            var count = Libc.Send(this, pointer, (nuint)bytes.Length, Libc.MessageDontWait | Libc.MessageNoSignal);
            return count >= 0 ? (int)count : IsTransient() ? 0 : -1;
        }
    }

    private static bool IsTransient() => Marshal.GetLastPInvokeError() is Libc.ErrorAgain or Libc.ErrorInterrupted;
}
