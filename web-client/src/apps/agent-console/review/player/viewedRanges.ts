import type { ViewedRange } from '@/contracts/generated'

/** Steps longer than this are jumps, not watching. */
const longestStepMs = 1_500

/** Which parts were played, for the custody log: neighbours grow together, nothing is said twice. */
export class ViewedRanges {
  private ranges: ViewedRange[] = []
  private last: number | null = null

  /** The playhead while playing; null when it stopped or jumped. */
  at(seconds: number | null): void {
    const ms = seconds === null ? null : Math.round(seconds * 1000)
    if (ms !== null && this.last !== null && ms > this.last && ms - this.last <= longestStepMs) this.add(this.last, ms)
    this.last = ms
  }

  /** What was played since the last call. */
  take(): readonly ViewedRange[] {
    const taken = this.ranges
    this.ranges = []
    return taken
  }

  private add(fromMs: number, toMs: number): void {
    const touching = this.ranges.filter((one) => one.fromMs <= toMs && one.toMs >= fromMs)
    const rest = this.ranges.filter((one) => !touching.includes(one))
    const merged = { fromMs: Math.min(fromMs, ...touching.map((one) => one.fromMs)), toMs: Math.max(toMs, ...touching.map((one) => one.toMs)) }
    this.ranges = [...rest, merged].toSorted((a, b) => a.fromMs - b.fromMs)
  }
}
