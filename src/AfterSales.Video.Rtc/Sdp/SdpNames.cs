namespace AfterSales.Video.Rtc.Sdp;

/// <summary>Spellings that reader and writer share.</summary>
internal static class SdpNames
{
    public static readonly (SdpFeedback Flag, string Text)[] Feedback =
    [
        (SdpFeedback.GoogRemb, "goog-remb"),
        (SdpFeedback.TransportCc, "transport-cc"),
        (SdpFeedback.CcmFir, "ccm fir"),
        (SdpFeedback.Nack, "nack"),
        (SdpFeedback.NackPli, "nack pli"),
    ];

    public static string Of(SdpDirection direction) => direction switch
    {
        SdpDirection.SendRecv => "sendrecv",
        SdpDirection.SendOnly => "sendonly",
        SdpDirection.RecvOnly => "recvonly",
        _ => "inactive",
    };

    public static string Of(SdpSetup setup) => setup switch
    {
        SdpSetup.ActPass => "actpass",
        SdpSetup.Active => "active",
        _ => "passive",
    };

    /// <summary>URIs of the header extensions we take part in. Not video-orientation: senders then rotate the pixels.</summary>
    public static class Extension
    {
        public const string Mid = "urn:ietf:params:rtp-hdrext:sdes:mid";
        public const string Rid = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
        public const string RepairedRid = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
        public const string TransportWideCc = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
        public const string AbsSendTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
        public const string AudioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
    }
}
