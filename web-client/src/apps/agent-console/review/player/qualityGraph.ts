import type { ReviewQualityView } from '@/contracts/generated'

/** A box as wide as the recording's seconds and 2 high: what the person sent rises from the middle, what reached the person hangs from it. */
export type QualityGraph = {
  /** Closed outline of the bitrates. */
  readonly rates: string
  readonly losses: readonly { readonly x: number; readonly width: number; readonly y: number; readonly height: number }[]
  readonly freezes: readonly { readonly x: number; readonly width: number }[]
}

/** The worst and the mean, for people who do not see the graph. */
export type QualitySummary = {
  readonly upBps: number
  readonly downBps: number
  readonly worstLoss: number
  readonly worstAtSeconds: number
  readonly freezes: number
  readonly frozenSeconds: number
}

/** A third lost is as bad as a call gets; the root keeps the first few percent visible. */
const fullLoss = 0.3
const shownLoss = 0.005
/** What a healthy picture of this product needs; less would make a quiet voice look like a full link. */
const leastScaleKbps = 1_000
const amount = (measured: number | undefined): number => Math.max(0, measured ?? 0)

export function graphOf(quality: ReviewQualityView): QualityGraph {
  const { stepSeconds: step, upKbps, downKbps, upLoss, downLoss } = quality
  const scale = Math.max(leastScaleKbps, ...upKbps, ...downKbps)
  const edge = (rates: readonly number[], direction: 1 | -1): string[] =>
    rates.flatMap((rate, index) => {
      const y = (1 + direction * 0.96 * (amount(rate) / scale)).toFixed(3)
      return [`${index * step} ${y}`, `${(index + 1) * step} ${y}`]
    })
  const bars = (losses: readonly number[], up: boolean) => losses.flatMap((loss, index) => {
    if (loss < shownLoss) return []
    const height = Math.min(1, Math.sqrt(loss / fullLoss))
    return [{ x: index * step, width: step, y: up ? 1 - height : 1, height }]
  })
  return {
    rates: upKbps.length === 0 ? '' : `M${[...edge(upKbps, -1), ...edge(downKbps, 1).reverse()].join('L')}Z`,
    losses: [...bars(upLoss, true), ...bars(downLoss, false)],
    freezes: quality.freezes.map((freeze) => ({ x: freeze.fromSeconds, width: freeze.toSeconds - freeze.fromSeconds })),
  }
}

export function summaryOf(quality: ReviewQualityView): QualitySummary {
  const losses = quality.upLoss.map((up, index) => Math.max(up, quality.downLoss[index] ?? 0))
  const worstLoss = Math.max(0, ...losses)
  return {
    upBps: mean(quality.upKbps) * 1000, downBps: mean(quality.downKbps) * 1000,
    worstLoss, worstAtSeconds: Math.max(0, losses.indexOf(worstLoss)) * quality.stepSeconds,
    freezes: quality.freezes.reduce((sum, one) => sum + one.count, 0), frozenSeconds: quality.freezes.reduce((sum, one) => sum + one.frozenSeconds, 0),
  }
}

/** At the playhead; null where nothing was measured. */
export function readingAt(quality: ReviewQualityView, seconds: number): { readonly upBps: number; readonly downBps: number; readonly upLoss: number; readonly downLoss: number } | null {
  const at = Math.min(quality.upLoss.length - 1, Math.floor(seconds / quality.stepSeconds))
  if (at < 0 || (quality.upLoss[at] ?? -1) < 0) return null
  return { upBps: amount(quality.upKbps[at]) * 1000, downBps: amount(quality.downKbps[at]) * 1000, upLoss: amount(quality.upLoss[at]), downLoss: amount(quality.downLoss[at]) }
}

function mean(rates: readonly number[]): number {
  const measured = rates.filter((rate) => rate >= 0)
  return measured.length === 0 ? 0 : measured.reduce((sum, rate) => sum + rate, 0) / measured.length
}
