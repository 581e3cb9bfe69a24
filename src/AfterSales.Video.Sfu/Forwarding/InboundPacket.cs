namespace AfterSales.Video.Sfu.Forwarding;

/// <summary>What forwarding must know of one packet, whether it has just arrived or comes from the store.</summary>
internal readonly ref struct InboundPacket
{
    /// <summary>The audio level extension was absent.</summary>
    public const byte NoAudioLevel = 0xFF;

    /// <summary>Extended sequence number at the source.</summary>
    public required long Sequence { get; init; }
    public required uint Timestamp { get; init; }
    public required byte PayloadType { get; init; }
    public required bool Marker { get; init; }

    /// <summary>A decoder can start here; always true for audio.</summary>
    public required bool StartsStream { get; init; }

    /// <summary>RFC 6464: V bit and −dBov; V and 127 together do not occur, so 0xFF is free.</summary>
    public required byte AudioLevel { get; init; }
    public required ReadOnlySpan<byte> Payload { get; init; }
}
