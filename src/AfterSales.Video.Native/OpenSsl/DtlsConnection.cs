using System.Runtime.InteropServices;

namespace AfterSales.Video.Native.OpenSsl;

public enum DtlsStep
{
    /// <summary>Nothing more to do until a datagram or the timer comes.</summary>
    Waiting,

    /// <summary>The handshake is complete, with the expected certificate.</summary>
    Done,

    /// <summary>The peer ended the connection, by close_notify or by a fatal alert.</summary>
    PeerClosed,
    Failed,
}

/// <summary>An SSL over two memory BIOs. Not thread-safe; used by nobody after <see cref="Dispose"/>.</summary>
public sealed unsafe class DtlsConnection : IDisposable
{
    private const int DigestBytes = 32;

    private readonly SslHandle _ssl;
    private readonly SessionMemoryHandle _memory;
    private readonly nint _input;
    private readonly nint _output;

    /// <param name="expectedDigest">SHA-256 of the only certificate accepted, 32 bytes.</param>
    /// <param name="srtpProfiles">OpenSSL's names in order of preference, separated by colons.</param>
    /// <param name="maxDatagram">In bytes of UDP payload.</param>
    /// <param name="firstTimeout">Doubles with each retransmission up to <paramref name="longestTimeout"/>. At least
    /// 20 ms: OpenSSL takes less than 15 ms to go for expired.</param>
    public DtlsConnection(
        DtlsEndpoint endpoint, bool isServer, ReadOnlySpan<byte> expectedDigest, string srtpProfiles, int maxDatagram, TimeSpan firstTimeout, TimeSpan longestTimeout)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentOutOfRangeException.ThrowIfNotEqual(expectedDigest.Length, DigestBytes, nameof(expectedDigest));
        LibCrypto.ClearErrors();
        _ssl = LibSsl.New(endpoint.Handle);
        if (_ssl.IsInvalid)
            throw OpenSslException.FromQueue("SSL_new");
        (_input, _output) = AttachBios(_ssl);
        _memory = new SessionMemoryHandle();
        expectedDigest.CopyTo(_memory.Value->ExpectedDigest);
        _memory.Value->FirstTimeoutMicroseconds = (uint)firstTimeout.TotalMicroseconds;
        _memory.Value->LongestTimeoutMicroseconds = (uint)longestTimeout.TotalMicroseconds;
        Configure(isServer, srtpProfiles, maxDatagram);
    }

    /// <summary>The peer showed a certificate, and it was another one.</summary>
    public bool SawUnexpectedCertificate => _memory.Value->Verdict == CertificateVerdict.Unexpected;

    /// <summary>IANA number of the negotiated profile; 0 when there is none.</summary>
    public int SrtpProfile
    {
        get
        {
            var profile = LibSsl.SelectedSrtpProfile(_ssl);
            return profile is null ? 0 : (int)profile->Id;
        }
    }

    /// <summary>Time to the next retransmission by OpenSSL's clock; null when no flight is waiting for an answer.</summary>
    public TimeSpan? TimeToTimeout
    {
        get
        {
            TimeValue left;
            return LibSsl.Control(_ssl, LibSsl.CtrlDtlsGetTimeout, 0, &left) == 1 ? left.ToTimeSpan() : null;
        }
    }

    /// <summary>
    /// Hands in exactly one datagram: a memory BIO forgets where one ends and the next begins. False when it holds a record
    /// that cannot be genuine; it is then not handed in.
    /// </summary>
    public bool Write(ReadOnlySpan<byte> datagram)
    {
        ObjectDisposedException.ThrowIf(_ssl.IsClosed, this);
        if (!DtlsRecords.ArePlausible(datagram))
            return false;
        fixed (byte* source = datagram)
        {
            if (LibCrypto.WriteBio(_input, source, datagram.Length) != datagram.Length)
                throw OpenSslException.FromQueue("BIO_write");
        }
        GC.KeepAlive(this);
        return true;
    }

    /// <summary>Takes what OpenSSL wants sent: whole records, one behind the other. 0 when there is nothing.</summary>
    public int ReadOutput(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_ssl.IsClosed, this);
        int read;
        fixed (byte* target = destination)
            read = LibCrypto.ReadBio(_output, target, destination.Length);
        GC.KeepAlive(this);
        return Math.Max(read, 0);
    }

    /// <summary>Goes on with the handshake as far as the input allows.</summary>
    public DtlsStep Handshake()
    {
        LibCrypto.ClearErrors();
        var result = LibSsl.DoHandshake(_ssl);
        if (result != 1)
            return Explain(result);
        return _memory.Value->Verdict == CertificateVerdict.Expected ? DtlsStep.Done : DtlsStep.Failed;
    }

    /// <summary>After the handshake: answers retransmissions and notices the end; application data is thrown away.</summary>
    public DtlsStep DiscardInput(Span<byte> scratch)
    {
        int result;
        do
        {
            LibCrypto.ClearErrors();
            result = LibSsl.Read(_ssl, scratch, scratch.Length);
        }
        while (result > 0);
        return Explain(result);
    }

    /// <summary>Retransmits if OpenSSL's timer has expired. False when the last try was used up.</summary>
    public bool HandleTimeout()
    {
        LibCrypto.ClearErrors();
        return LibSsl.Control(_ssl, LibSsl.CtrlDtlsHandleTimeout, 0, null) >= 0;
    }

    /// <summary>Queues close_notify.</summary>
    public void Shutdown()
    {
        LibCrypto.ClearErrors();
        if (LibSsl.Shutdown(_ssl) < 0)
            LibCrypto.ClearErrors();
    }

    /// <summary>RFC 5705.</summary>
    public void ExportKeyingMaterial(string label, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(label);
        LibCrypto.ClearErrors();
        var result = LibSsl.ExportKeyingMaterial(_ssl, destination, (nuint)destination.Length, label, (nuint)label.Length, 0, 0, 0);
        OpenSslException.ThrowUnlessOne(result, "SSL_export_keying_material");
    }

    /// <summary>The callbacks read the session memory, so it outlives the SSL.</summary>
    public void Dispose()
    {
        _ssl.Dispose();
        _memory.Dispose();
    }

    private void Configure(bool isServer, string srtpProfiles, int maxDatagram)
    {
        OpenSslException.ThrowUnlessOne(LibSsl.SetData(_ssl, DtlsSessionMemory.DataIndex, (nint)_memory.Value), "SSL_set_ex_data");
        if (LibSsl.SetSrtpProfiles(_ssl, srtpProfiles) != 0)
            throw OpenSslException.FromQueue("SSL_set_tlsext_use_srtp");
        OpenSslException.ThrowUnlessOne(LibSsl.Control(_ssl, LibSsl.CtrlSetMtu, maxDatagram, null) == maxDatagram ? 1 : 0, "SSL_set_mtu");
        LibSsl.SetTimerCallback(_ssl, &NextTimeout);
        if (isServer)
            LibSsl.SetAcceptState(_ssl);
        else
            LibSsl.SetConnectState(_ssl);
    }

    private DtlsStep Explain(int result)
    {
        var error = LibSsl.GetError(_ssl, result);
        LibCrypto.ClearErrors();
        if (error == LibSsl.ErrorWantRead)
            return DtlsStep.Waiting;
        return (LibSsl.ShutdownState(_ssl) & LibSsl.ReceivedShutdown) != 0 ? DtlsStep.PeerClosed : DtlsStep.Failed;
    }

    private static (nint Input, nint Output) AttachBios(SslHandle ssl)
    {
        var input = LibCrypto.NewBio(LibCrypto.MemoryBioMethod());
        var output = LibCrypto.NewBio(LibCrypto.MemoryBioMethod());
        if (input == 0 || output == 0)
        {
            _ = LibCrypto.FreeBio(input);
            _ = LibCrypto.FreeBio(output);
            throw OpenSslException.FromQueue("BIO_new");
        }
        LibSsl.SetBio(ssl, input, output);
        return (input, output);
    }

    [UnmanagedCallersOnly]
    private static uint NextTimeout(nint ssl, uint lastMicroseconds)
    {
        var session = (DtlsSessionMemory*)LibSsl.GetData(ssl, DtlsSessionMemory.DataIndex);
        return lastMicroseconds == 0
            ? session->FirstTimeoutMicroseconds
            : Math.Min(lastMicroseconds * 2, session->LongestTimeoutMicroseconds);
    }

    private sealed class SessionMemoryHandle : SafeHandle
    {
        internal SessionMemoryHandle()
            : base(0, ownsHandle: true) =>
            SetHandle((nint)NativeMemory.AllocZeroed((nuint)sizeof(DtlsSessionMemory)));

        public override bool IsInvalid => handle == 0;
        internal DtlsSessionMemory* Value => (DtlsSessionMemory*)handle;

        protected override bool ReleaseHandle()
        {
            NativeMemory.Free((void*)handle);
            return true;
        }
    }
}
