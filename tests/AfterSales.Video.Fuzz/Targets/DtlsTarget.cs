using AfterSales.Video.Rtc.Dtls;
using AfterSales.Video.Rtc.Srtp;

namespace AfterSales.Video.Fuzz.Targets;

/// <summary>
/// Datagrams into our use of OpenSSL: at a new server, at one in the middle of a handshake, at a client that waits, and at a
/// connected server. That one is kept, since nothing without its keys may disturb it.
/// </summary>
internal sealed class DtlsTarget : IFuzzTarget
{
    private static readonly DtlsCertificate Certificate = DtlsCertificate.Create(TimeProvider.System);
    private static readonly DtlsContext Context = new(Certificate);
    private static readonly SrtpProfile[] Profiles = [SrtpProfile.AeadAes128Gcm];
    private readonly byte[] _buffer = new byte[DtlsContext.MaxDatagram];
    private readonly byte[] _hello;
    private readonly DtlsSession _connected = Session(DtlsRole.Server);

    public DtlsTarget()
    {
        using var client = Session(DtlsRole.Client);
        client.Start(0);
        _hello = Take(client)[0];
        using var peer = Session(DtlsRole.Client);
        Connect(peer, _connected, _ => { });
    }

    public string Name => "rtc/dtls";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand([_hello, .. Handshake(), [21, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40], [20, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 1]]);

    public IEnumerable<byte[]> Dictionary => [[0xFE, 0xFD, 0, 0], [0xFE, 0xFD, 0, 1], [0xFE, 0xFF], [22, 0xFE, 0xFD], [21, 0xFE, 0xFD], [0, 14, 0, 5, 0, 4, 0, 7, 0, 1], [0, 1, 0, 2]];

    public void Run(ReadOnlySpan<byte> input)
    {
        using var fresh = Session(DtlsRole.Server);
        Feed(fresh, input, DtlsState.Connected);
        using var midway = Session(DtlsRole.Server);
        midway.Receive(_hello, 0);
        Feed(midway, input, DtlsState.Connected);
        using var client = Session(DtlsRole.Client);
        client.Start(0);
        Feed(client, input, DtlsState.Connected);
        FeedConnected(input);
    }

    private void FeedConnected(ReadOnlySpan<byte> input)
    {
        _connected.Receive(input, 0);
        if (_connected.State != DtlsState.Connected || !_connected.TryExportSrtpKeys(out var keys))
            throw new InvalidOperationException("A datagram without keys disturbed a connected session.");
        keys.Dispose();
        Take(_connected);
    }

    private void Feed(DtlsSession session, ReadOnlySpan<byte> input, DtlsState never)
    {
        session.Receive(input, 0);
        session.HandleTimeout(0);
        foreach (var datagram in Take(session))
        {
            if (datagram.Length is 0 or > DtlsContext.MaxDatagram)
                throw new InvalidOperationException($"A datagram of {datagram.Length} bytes.");
        }

        if (session.State == never || session.TryExportSrtpKeys(out _))
            throw new InvalidOperationException("Connected without a handshake.");
    }

    private List<byte[]> Handshake()
    {
        using var client = Session(DtlsRole.Client);
        using var server = Session(DtlsRole.Server);
        var datagrams = new List<byte[]>();
        Connect(client, server, datagrams.Add);
        return datagrams;
    }

    private void Connect(DtlsSession client, DtlsSession server, Action<byte[]> seen)
    {
        client.Start(0);
        for (var round = 0; round < 8 && !(client.State == DtlsState.Connected && server.State == DtlsState.Connected); round++)
        {
            foreach (var datagram in Take(client))
            {
                seen(datagram);
                server.Receive(datagram, 0);
            }

            foreach (var datagram in Take(server))
            {
                seen(datagram);
                client.Receive(datagram, 0);
            }
        }
    }

    private List<byte[]> Take(DtlsSession session)
    {
        var datagrams = new List<byte[]>();
        while (session.TryTakeOutgoing(_buffer, out var length))
            datagrams.Add(_buffer[..length]);
        return datagrams;
    }

    private static DtlsSession Session(DtlsRole role) => new(Context, role, Certificate.Fingerprint, Profiles);
}
