/**
 * Which codecs to offer. Everything else is left out: eight sections with a browser's full list would not fit the server's
 * 16 KB of SDP, and the server answers H.264 constrained baseline or VP8 anyway.
 */
export function offeredVideoCodecs(all: readonly RTCRtpCodec[]): RTCRtpCodec[] {
  const wanted = all.filter(isOfferedVideo)
  return wanted.length === 0 ? [] : [...wanted, ...all.filter((codec) => codec.mimeType.toLowerCase() === 'video/rtx')]
}

export function offeredAudioCodecs(all: readonly RTCRtpCodec[]): RTCRtpCodec[] {
  const opus = all.filter((codec) => codec.mimeType.toLowerCase() === 'audio/opus')
  return opus.length === 0 ? [] : [...opus, ...all.filter((codec) => codec.mimeType.toLowerCase() === 'audio/red')]
}

function isOfferedVideo(codec: RTCRtpCodec): boolean {
  const parameters = codec.sdpFmtpLine ?? ''
  switch (codec.mimeType.toLowerCase()) {
    case 'video/h264': return parameters.includes('packetization-mode=1') && /profile-level-id=42e0/i.test(parameters)
    case 'video/vp8': return true
    case 'video/vp9': return !/profile-id=[1-9]/.test(parameters)
    default: return false
  }
}

/** Leaves the browser's own list where it does not know setCodecPreferences or our choice is empty. */
export function preferCodecs(transceiver: RTCRtpTransceiver, kind: 'audio' | 'video'): void {
  const all = RTCRtpReceiver.getCapabilities?.(kind)?.codecs ?? []
  const wanted = kind === 'audio' ? offeredAudioCodecs(all) : offeredVideoCodecs(all)
  if (wanted.length > 0 && typeof transceiver.setCodecPreferences === 'function') transceiver.setCodecPreferences(wanted)
}
