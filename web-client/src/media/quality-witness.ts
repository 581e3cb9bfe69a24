import type { ReportQualityRequest } from '@/contracts/generated'

type Stat = Readonly<Record<string, unknown>>
type Report = { forEach(each: (stat: Stat) => void): void; get(id: string): Stat | undefined }

const counted = ['framesDecoded', 'freezeCount', 'totalFreezesDuration', 'jitterBufferDelay', 'jitterBufferEmittedCount'] as const

const numberOf = (stat: Stat, name: string): number => (stat[name] as number | undefined) ?? 0

/** Counts what this page saw between two looks at the browser's statistics. */
export class QualityWitness {
  private before: readonly number[] | null = null

  /** Null at the first look, which has nothing to compare with. */
  read(report: Report, atMs: number): ReportQualityRequest | null {
    const now = [0, 0, 0, 0, 0, atMs]
    const sizes = { width: 0, height: 0, sentWidth: 0, sentHeight: 0 }
    let path = ''
    report.forEach((stat) => {
      if (stat.type === 'transport') path = pathOf(report, stat)
      if (stat.kind !== 'video') return
      const [width, height] = [numberOf(stat, 'frameWidth'), numberOf(stat, 'frameHeight')]
      if (stat.type === 'inbound-rtp') {
        counted.forEach((name, place) => { now[place] = (now[place] ?? 0) + numberOf(stat, name) })
        if (width > sizes.width) Object.assign(sizes, { width, height })
      } else if (stat.type === 'outbound-rtp' && width > sizes.sentWidth) {
        Object.assign(sizes, { sentWidth: width, sentHeight: height })
      }
    })
    const { before } = this
    this.before = now
    if (before === null) return null
    // A section that was taken away takes its counts with it.
    const [frames = 0, freezes = 0, frozen = 0, delay = 0, emitted = 0, overMs = 0] = now.map((value, place) => Math.max(0, value - (before[place] ?? 0)))
    return { ...sizes, overMs, frames, freezes, frozenMs: frozen * 1000, bufferMs: (delay * 1000) / Math.max(1, emitted), path }
  }
}

/** A relay behind a NAT is peer-reflexive, but says how it is reached. Firefox has no transport statistics: there the way stays unknown. */
function pathOf(report: Report, transport: Stat): string {
  const pair = report.get(transport.selectedCandidatePairId as string)
  const local = report.get(pair?.localCandidateId as string)
  return local === undefined ? '' : local.relayProtocol !== undefined || local.candidateType === 'relay' ? 'relay' : local.protocol === 'tcp' ? 'tcp' : 'udp'
}
