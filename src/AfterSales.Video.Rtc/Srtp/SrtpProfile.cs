namespace AfterSales.Video.Rtc.Srtp;

/// <summary>DTLS-SRTP protection profiles; values are the IANA code points (RFC 5764 §4.1.2, RFC 7714 §14.2).</summary>
public enum SrtpProfile
{
    Aes128CmHmacSha1Tag80 = 0x0001,
    AeadAes128Gcm = 0x0007,
}
