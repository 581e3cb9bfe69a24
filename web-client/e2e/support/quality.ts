import type { Page } from '@playwright/test'

/** What a page has sent and heard since its connection began, from RTCStats (W3C webrtc-stats). */
export type Totals = {
  readonly atMs: number
  readonly framesSent: number
  readonly framesDecoded: number
  readonly freezeSeconds: number
  readonly videoLost: number
  readonly videoReceived: number
  readonly videoBytesSent: number
  readonly videoBytesReceived: number
  readonly retransmitted: number
  readonly nacks: number
  readonly audioLost: number
  readonly audioSamples: number
  readonly audioConcealed: number
  readonly audioSilentlyConcealed: number
  readonly rttMs: number
  readonly transport: string
}

/** Sampled inside the page, so that a slow test runner does not stretch the intervals. */
export function sampleQuality(page: Page, seconds: number, everyMs = 200): Promise<readonly Totals[]> {
  return page.evaluate(async ([duration, every]) => {
    const alive = [...(window as unknown as { __peers: Set<RTCPeerConnection> }).__peers].filter((p) => p.connectionState !== 'closed')
    const peer = alive.at(-1)
    if (!peer) throw new Error('no connection')
    type Values = Record<string, number | string | boolean | undefined>
    const read = async (): Promise<Totals> => {
      const all = [...(await peer.getStats()).values()] as Values[]
      const sum = (type: string, kind: string, name: string): number =>
        all.filter((s) => s['type'] === type && s['kind'] === kind).reduce((total, s) => total + Number(s[name] ?? 0), 0)
      const pair = all.find((s) => s['type'] === 'candidate-pair' && s['nominated'] === true && s['state'] === 'succeeded')
      const local = all.find((s) => s['type'] === 'local-candidate' && s['id'] === pair?.['localCandidateId'])
      return {
        atMs: performance.now(),
        framesSent: sum('outbound-rtp', 'video', 'framesSent'),
        framesDecoded: sum('inbound-rtp', 'video', 'framesDecoded'),
        freezeSeconds: sum('inbound-rtp', 'video', 'totalFreezesDuration'),
        videoLost: sum('inbound-rtp', 'video', 'packetsLost'),
        videoReceived: sum('inbound-rtp', 'video', 'packetsReceived'),
        videoBytesSent: sum('outbound-rtp', 'video', 'bytesSent'),
        videoBytesReceived: sum('inbound-rtp', 'video', 'bytesReceived'),
        retransmitted: sum('outbound-rtp', 'video', 'retransmittedPacketsSent'),
        nacks: sum('outbound-rtp', 'video', 'nackCount'),
        audioLost: sum('inbound-rtp', 'audio', 'packetsLost'),
        audioSamples: sum('inbound-rtp', 'audio', 'totalSamplesReceived'),
        audioConcealed: sum('inbound-rtp', 'audio', 'concealedSamples'),
        audioSilentlyConcealed: sum('inbound-rtp', 'audio', 'silentConcealedSamples'),
        rttMs: Number(pair?.['currentRoundTripTime'] ?? 0) * 1000,
        transport: String(local?.['protocol'] ?? ''),
      }
    }
    const samples = [await read()]
    const end = performance.now() + duration * 1000
    while (performance.now() < end) {
      await new Promise((resolve) => { setTimeout(resolve, every) })
      samples.push(await read())
    }
    return samples
  }, [seconds, everyMs] as const)
}

/** From here on the page sends no frames; the connection and its sound go on. */
export function stopCamera(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const senders = [...(window as unknown as { __peers: Set<RTCPeerConnection> }).__peers].flatMap((peer) => peer.getSenders())
    await Promise.all(senders.filter((sender) => sender.track?.kind === 'video').map((sender) => sender.replaceTrack(null)))
  })
}

export type Quality = {
  readonly seconds: number
  readonly framesPerSecond: number
  readonly frozenShare: number
  /** Share of the windows between two samples in which less than 200 ms of sound were made up. */
  readonly soundWindowsWhole: number
  readonly concealedShare: number
  readonly lostShare: number
  readonly kilobitsPerSecond: number
}

export function qualityOf(samples: readonly Totals[]): Quality {
  const [first, last] = [samples[0]!, samples.at(-1)!]
  const seconds = (last.atMs - first.atMs) / 1000
  const over = (name: keyof Totals): number => Number(last[name]) - Number(first[name])
  const windows = samples.slice(1).map((sample, i) => {
    const before = samples[i]!
    const made = sample.audioConcealed - before.audioConcealed
    // 200 ms of sound at 48 kHz.
    return made < 0.2 * 48_000
  })
  return {
    seconds,
    framesPerSecond: over('framesDecoded') / seconds,
    frozenShare: over('freezeSeconds') / seconds,
    soundWindowsWhole: windows.filter(Boolean).length / Math.max(1, windows.length),
    concealedShare: over('audioConcealed') / Math.max(1, over('audioSamples')),
    lostShare: over('videoLost') / Math.max(1, over('videoLost') + over('videoReceived')),
    kilobitsPerSecond: (over('videoBytesReceived') * 8) / 1000 / seconds,
  }
}
