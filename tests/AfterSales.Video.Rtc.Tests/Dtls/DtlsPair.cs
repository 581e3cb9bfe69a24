using System.Diagnostics;
using AfterSales.Video.Rtc.Dtls;
using AfterSales.Video.Rtc.Srtp;

namespace AfterSales.Video.Rtc.Tests.Dtls;

/// <summary>A client and a server with a network between them that the test decides about.</summary>
internal sealed class DtlsPair : IDisposable
{
    internal static readonly SrtpProfile[] BothProfiles = [SrtpProfile.AeadAes128Gcm, SrtpProfile.Aes128CmHmacSha1Tag80];

    private readonly byte[] _buffer = new byte[DtlsContext.MaxDatagram];

    internal DtlsPair(DtlsIdentities identities, SrtpProfile[]? clientProfiles = null, SrtpProfile[]? serverProfiles = null)
    {
        Client = new DtlsSession(identities.Client, DtlsRole.Client, identities.Server.Certificate.Fingerprint, clientProfiles ?? BothProfiles);
        Server = new DtlsSession(identities.Server, DtlsRole.Server, identities.Client.Certificate.Fingerprint, serverProfiles ?? BothProfiles);
    }

    internal DtlsSession Client { get; init; }
    internal DtlsSession Server { get; init; }
    internal bool BothConnected => Client.State == DtlsState.Connected && Server.State == DtlsState.Connected;
    internal static long NowNs => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    internal List<byte[]> TakeFrom(DtlsSession session)
    {
        var datagrams = new List<byte[]>();
        while (session.TryTakeOutgoing(_buffer, out var length))
            datagrams.Add(_buffer[..length]);
        return datagrams;
    }

    /// <summary>One exchange each way; <paramref name="network"/> turns a datagram into what arrives. True if anything was sent.</summary>
    internal bool Exchange(Func<byte[], IEnumerable<byte[]>> network)
    {
        var fromClient = TakeFrom(Client);
        foreach (var datagram in fromClient.SelectMany(network))
            Server.Receive(datagram, NowNs);
        var fromServer = TakeFrom(Server);
        foreach (var datagram in fromServer.SelectMany(network))
            Client.Receive(datagram, NowNs);
        return fromClient.Count + fromServer.Count > 0;
    }

    /// <summary>Runs until nothing is sent any more, without waiting for timers.</summary>
    internal void Run(Func<byte[], IEnumerable<byte[]>>? network = null)
    {
        Client.Start(NowNs);
        while (Exchange(network ?? (datagram => [datagram])))
        {
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }
}

/// <summary>Made once for all tests: keys cost more than handshakes.</summary>
public sealed class DtlsIdentities : IDisposable
{
    private readonly DtlsCertificate _clientCertificate = DtlsCertificate.Create(TimeProvider.System);
    private readonly DtlsCertificate _serverCertificate = DtlsCertificate.Create(TimeProvider.System);

    public DtlsIdentities()
    {
        Client = new DtlsContext(_clientCertificate);
        Server = new DtlsContext(_serverCertificate);
        QuickClient = Quick(_clientCertificate);
        QuickServer = Quick(_serverCertificate);
    }

    internal DtlsContext Client { get; }
    internal DtlsContext Server { get; }

    /// <summary>The same identities with the shortest timers OpenSSL can do: its clock is the system's and cannot be moved.</summary>
    internal DtlsContext QuickClient { get; }
    internal DtlsContext QuickServer { get; }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
        QuickClient.Dispose();
        QuickServer.Dispose();
    }

    private static DtlsContext Quick(DtlsCertificate certificate) => new(certificate)
    {
        FirstTimeout = TimeSpan.FromMilliseconds(20),
        LongestTimeout = TimeSpan.FromMilliseconds(80),
    };
}
