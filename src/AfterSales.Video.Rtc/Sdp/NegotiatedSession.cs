namespace AfterSales.Video.Rtc.Sdp;

public enum MediaKind
{
    Audio,
    Video,

    /// <summary>A data channel or anything else: always a rejected section.</summary>
    Other,
}

/// <summary>The outcome of one offer/answer exchange, as both sides understand it. Immutable.</summary>
public sealed record NegotiatedSession
{
    /// <summary>In m-line order; rejected sections stay in place with <see cref="NegotiatedMedia.Rejected"/>.</summary>
    public required IReadOnlyList<NegotiatedMedia> Media { get; init; }
    public required IceParameters RemoteIce { get; init; }
    public required DtlsFingerprint RemoteFingerprint { get; init; }

    /// <summary>True when the remote side takes the DTLS client role (answer says passive).</summary>
    public required bool RemoteIsDtlsClient { get; init; }
    public IReadOnlyList<string> RemoteCandidates { get; init; } = [];

    /// <summary>Version of our last description (o=); grows by one with each answer.</summary>
    public long Version { get; init; } = 1;
}

/// <param name="UsernameFragment">4 to 256 ice-chars (RFC 8839 §5.4).</param>
/// <param name="Password">22 to 256 ice-chars.</param>
public sealed record IceParameters(string UsernameFragment, string Password);

/// <param name="Algorithm">Lower case, "sha-256" is the only one accepted.</param>
public sealed record DtlsFingerprint(string Algorithm, ReadOnlyMemory<byte> Digest);

/// <summary>One m-section.</summary>
public sealed record NegotiatedMedia
{
    public required string Mid { get; init; }
    public required MediaKind Kind { get; init; }
    public bool Rejected { get; init; }

    /// <summary>The remote side may send here (a publication can start).</summary>
    public bool RemoteSends { get; init; }

    /// <summary>We may send here (a slot for a subscription).</summary>
    public bool LocalSends { get; init; }

    /// <summary>Codecs both sides can do, in the answer's order of preference. Payload types are the offerer's.</summary>
    public IReadOnlyList<NegotiatedCodec> Codecs { get; init; } = [];
    public HeaderExtensionIds Extensions { get; init; } = HeaderExtensionIds.None;

    /// <summary>Announced by a=ssrc and a=ssrc-group:FID; empty when the sender relies on MID/RID.</summary>
    public IReadOnlyList<RemoteSource> RemoteSources { get; init; } = [];

    /// <summary>RIDs the remote side sends (a=simulcast:send), in its order; empty without simulcast.</summary>
    public IReadOnlyList<string> RemoteRids { get; init; } = [];

    /// <summary>The SSRC we send with in this section; constant for the life of the peer. 0 when we never send.</summary>
    public uint LocalSsrc { get; init; }

    /// <summary>The SSRC of our retransmissions (RFC 4588); 0 when RTX was not negotiated.</summary>
    public uint LocalRtxSsrc { get; init; }
}

public sealed record NegotiatedCodec
{
    /// <summary>Encoding name as registered: "opus", "H264", "VP8", "VP9", "AV1", "red", "telephone-event".</summary>
    public required string Name { get; init; }
    public required byte PayloadType { get; init; }

    /// <summary>Payload type of the retransmissions of this codec; null when not negotiated.</summary>
    public byte? RtxPayloadType { get; init; }
    public required int ClockRateHz { get; init; }
    public int Channels { get; init; } = 1;

    /// <summary>The fmtp value as answered, empty when there is none.</summary>
    public string FormatParameters { get; init; } = "";
    public bool Nack { get; init; }
    public bool NackPli { get; init; }
    public bool CcmFir { get; init; }
    public bool TransportCc { get; init; }
    public bool GoogRemb { get; init; }
}

public readonly record struct RemoteSource(uint Ssrc, uint RtxSsrc);

/// <summary>RFC 8285 one-byte ids (1..14) by use; 0 means not negotiated.</summary>
public sealed record HeaderExtensionIds
{
    public static HeaderExtensionIds None { get; } = new();
    public byte Mid { get; init; }
    public byte Rid { get; init; }
    public byte RepairedRid { get; init; }
    public byte TransportWideCc { get; init; }
    public byte AbsSendTime { get; init; }
    public byte AudioLevel { get; init; }
}

/// <summary>What the server is willing to do in an answer.</summary>
public sealed record MediaPolicy
{
    /// <summary>May the remote side send media.</summary>
    public bool AllowPublish { get; init; } = true;

    /// <summary>May the remote side receive media.</summary>
    public bool AllowSubscribe { get; init; } = true;

    /// <summary>Video codecs in order of preference. H.264 constrained baseline first: its recording plays everywhere.</summary>
    public IReadOnlyList<string> VideoCodecs { get; init; } = ["H264", "VP8", "VP9", "AV1"];
    public IReadOnlyList<string> AudioCodecs { get; init; } = ["opus"];
}

/// <summary>Either an answer or a refusal with a stable code.</summary>
public sealed record NegotiationResult
{
    public string? AnswerSdp { get; private init; }
    public NegotiatedSession? Session { get; private init; }
    public SdpRefusal? Refusal { get; private init; }
    public bool Accepted => Refusal is null;

    public static NegotiationResult Answered(string sdp, NegotiatedSession session) => new() { AnswerSdp = sdp, Session = session };

    public static NegotiationResult Refused(string code, string detail) => new() { Refusal = new SdpRefusal(code, detail) };
}

/// <param name="Code">Stable, for example "sdp.too_large", "sdp.malformed", "sdp.too_many_sections", "sdp.no_bundle", "sdp.no_fingerprint".</param>
/// <param name="Detail">For the developer of the other side; holds nothing of the offer but a line number.</param>
public sealed record SdpRefusal(string Code, string Detail);
