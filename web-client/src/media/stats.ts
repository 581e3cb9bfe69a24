/** One reading of how the call goes, rates since the reading before. */
export type MediaReading = {
  readonly sendBps: number
  readonly receiveBps: number
  /** Lost of what was sent to us since the last reading, 0..1. */
  readonly receiveLoss: number
  /** The other side's report about what we send, 0..1. */
  readonly sendLoss: number
  readonly roundTripMs: number | null
  readonly sendSize: { readonly width: number; readonly height: number; readonly framesPerSecond: number } | null
  /** The largest picture that arrives. */
  readonly receiveSize: { readonly width: number; readonly height: number; readonly framesPerSecond: number } | null
  readonly freezes: number
}

type Counters = { sent: number; received: number; packets: number; lost: number; at: number }
type Stat = Readonly<Record<string, unknown>>

/** Keeps the counters of the last reading of one connection. */
export class StatsReader {
  private before: Counters | null = null

  read(report: Iterable<Stat>, atMs: number): MediaReading {
    const all = [...report]
    const of = (type: string) => all.filter((stat) => stat.type === type)
    const inbound = of('inbound-rtp')
    const outbound = of('outbound-rtp')
    const now: Counters = {
      sent: sum(outbound, 'bytesSent'), received: sum(inbound, 'bytesReceived'),
      packets: sum(inbound, 'packetsReceived'), lost: sum(inbound, 'packetsLost'), at: atMs,
    }
    const before = this.before ?? now
    this.before = now
    const seconds = Math.max(0.001, (now.at - before.at) / 1000)
    const lost = Math.max(0, now.lost - before.lost)
    return {
      sendBps: rate(now.sent - before.sent, seconds),
      receiveBps: rate(now.received - before.received, seconds),
      receiveLoss: lost === 0 ? 0 : lost / (lost + Math.max(0, now.packets - before.packets)),
      sendLoss: Math.max(0, ...of('remote-inbound-rtp').map((stat) => numberOf(stat, 'fractionLost'))),
      roundTripMs: roundTrip(of('candidate-pair')),
      sendSize: largest(outbound),
      receiveSize: largest(inbound),
      freezes: sum(inbound, 'freezeCount'),
    }
  }
}

function rate(bytes: number, seconds: number): number {
  return Math.max(0, Math.round((bytes * 8) / seconds))
}

function roundTrip(pairs: readonly Stat[]): number | null {
  const inUse = pairs.find((pair) => pair.nominated === true && pair.state === 'succeeded')
  const seconds = inUse?.currentRoundTripTime
  return typeof seconds === 'number' ? Math.round(seconds * 1000) : null
}

function largest(stats: readonly Stat[]): MediaReading['sendSize'] {
  const sizes = stats
    .filter((stat) => stat.kind === 'video' && numberOf(stat, 'frameWidth') > 0)
    .map((stat) => ({
      width: numberOf(stat, 'frameWidth'), height: numberOf(stat, 'frameHeight'),
      framesPerSecond: Math.round(numberOf(stat, 'framesPerSecond')),
    }))
  return sizes.sort((a, b) => b.width * b.height - a.width * a.height)[0] ?? null
}

function sum(stats: readonly Stat[], name: string): number {
  return stats.reduce((total, stat) => total + numberOf(stat, name), 0)
}

function numberOf(stat: Stat, name: string): number {
  const value = stat[name]
  return typeof value === 'number' ? value : 0
}
