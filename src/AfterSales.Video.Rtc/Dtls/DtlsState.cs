namespace AfterSales.Video.Rtc.Dtls;

public enum DtlsRole
{
    /// <summary>Waits for the ClientHello (a=setup:passive).</summary>
    Server,

    /// <summary>Sends the ClientHello (a=setup:active).</summary>
    Client,
}

public enum DtlsState
{
    New,
    Handshaking,

    /// <summary>Handshake complete with the expected certificate and an SRTP profile.</summary>
    Connected,

    /// <summary>Terminal; see <see cref="DtlsSession.Failure"/>.</summary>
    Failed,

    /// <summary>Terminal; close_notify was sent or received.</summary>
    Closed,
}

public enum DtlsFailure
{
    None,

    /// <summary>The peer showed another certificate than its SDP promised.</summary>
    FingerprintMismatch,

    /// <summary>No SRTP profile in common.</summary>
    NoSrtpProfile,

    /// <summary>A fatal alert, no common cipher, or a broken message.</summary>
    Handshake,

    /// <summary>The peer stopped answering: every retransmission was used up.</summary>
    Timeout,
}
