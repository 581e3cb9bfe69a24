import type { Percentiles } from '@/contracts/generated'

export const goalMs = 500
export const quantiles = ['p50', 'p90', 'p95', 'p99'] as const

/** The upper end of a common scale: a round figure at or above the longest shown, never below twice the goal. */
export function scaleEnd(all: readonly Percentiles[]): number {
  const longest = Math.max(2 * goalMs, ...all.filter((one) => one.samples > 0).map((one) => one.max))
  const step = 10 ** Math.floor(Math.log10(longest)) / 2
  return Math.ceil(longest / step) * step
}

/** Place on the scale, 0 to 1. */
export function place(ms: number, end: number): number {
  return Math.min(1, Math.max(0, ms / end))
}
