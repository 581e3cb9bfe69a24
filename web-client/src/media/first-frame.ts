/** When the first decoded picture was put on the screen: performance.now() time, or null when aborted. */
export function firstVideoFrame(video: HTMLVideoElement, signal: AbortSignal): Promise<number | null> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true })
    if (typeof video.requestVideoFrameCallback === 'function') {
      video.requestVideoFrameCallback((now) => resolve(now))
      return
    }
    video.addEventListener('timeupdate', () => resolve(performance.now()), { once: true })
  })
}

const audioPollMs = 20

/**
 * When the first received sound left the jitter buffer while the element was playing: performance.now() time, or null when
 * aborted. Browsers have no event for it, so the counter is polled until it moves.
 */
export async function firstAudioPlayed(receiver: RTCRtpReceiver, element: HTMLMediaElement, signal: AbortSignal): Promise<number | null> {
  while (!signal.aborted) {
    if (!element.paused && (await emittedSamples(receiver)) > 0) return performance.now()
    await new Promise((resolve) => setTimeout(resolve, audioPollMs))
  }
  return null
}

async function emittedSamples(receiver: RTCRtpReceiver): Promise<number> {
  let emitted = 0
  const report = await receiver.getStats()
  report.forEach((stat: Readonly<Record<string, unknown>>) => {
    if (stat.type !== 'inbound-rtp') return
    const samples = stat.jitterBufferEmittedCount ?? stat.totalSamplesReceived
    if (typeof samples === 'number') emitted = Math.max(emitted, samples)
  })
  return emitted
}
