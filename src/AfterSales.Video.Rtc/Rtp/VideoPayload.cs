namespace AfterSales.Video.Rtc.Rtp;

/// <summary>What a video packet starts, as far as forwarding and recording must know.</summary>
[Flags]
public enum VideoPayloadStart
{
    None = 0,

    /// <summary>A decoder can start with this packet: VP8/VP9/AV1 key frame, H.264 sequence parameter set.</summary>
    KeyFrame = 1,

    /// <summary>H.264 IDR slice begins here; decodable alone only if the parameter sets came before.</summary>
    IdrSlice = 2,
}

/// <summary>Looks at the first bytes of RTP video payloads. Never throws; unknown or cut-off payloads start nothing.</summary>
public static class VideoPayload
{
    /// <param name="codec">Encoding name as negotiated: "H264", "VP8", "VP9", "AV1"; case is ignored.</param>
    public static VideoPayloadStart Inspect(VideoCodec codec, ReadOnlySpan<byte> payload) => codec switch
    {
        VideoCodec.H264 => H264Payload.Inspect(payload),
        VideoCodec.Vp8 => Vp8PayloadDescriptor.TryParse(payload, out var vp8) && vp8.IsKeyFrameStart ? VideoPayloadStart.KeyFrame : VideoPayloadStart.None,
        VideoCodec.Vp9 => IsVp9KeyFrameStart(payload) ? VideoPayloadStart.KeyFrame : VideoPayloadStart.None,
        // AV1 RTP §4.4: N says that the packet begins a new coded video sequence.
        VideoCodec.Av1 => payload.Length > 1 && (payload[0] & 0x08) != 0 ? VideoPayloadStart.KeyFrame : VideoPayloadStart.None,
        _ => VideoPayloadStart.None,
    };

    public static VideoCodec CodecOf(string encodingName) => encodingName.ToUpperInvariant() switch
    {
        "H264" => VideoCodec.H264,
        "VP8" => VideoCodec.Vp8,
        "VP9" => VideoCodec.Vp9,
        "AV1" => VideoCodec.Av1,
        _ => VideoCodec.Other,
    };

    /// <summary>RFC 9628 §4.2: not inter-picture predicted, beginning of a frame, spatial layer 0 (or no layer indices).</summary>
    private static bool IsVp9KeyFrameStart(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 2)
            return false;
        var first = payload[0];
        var hasPictureId = (first & 0x80) != 0;
        var predicted = (first & 0x40) != 0;
        var hasLayers = (first & 0x20) != 0;
        var beginsFrame = (first & 0x08) != 0;
        if (predicted || !beginsFrame)
            return false;
        if (!hasLayers)
            return true;
        var index = 1;
        if (hasPictureId)
            index += (payload[1] & 0x80) != 0 ? 2 : 1;
        return payload.Length > index && ((payload[index] >> 1) & 0x07) == 0;
    }
}

public enum VideoCodec
{
    Other,
    H264,
    Vp8,
    Vp9,
    Av1,
}
