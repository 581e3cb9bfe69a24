import type { Clock } from '@/signalling/clock'

type Timer = { readonly dueMs: number; readonly action: () => void }

/** Time that moves only when a test says so. */
export class ManualClock implements Clock {
  private nowMs = 0
  private timers: Timer[] = []

  now(): number {
    return this.nowMs
  }

  after(ms: number, action: () => void): () => void {
    const timer = { dueMs: this.nowMs + ms, action }
    this.timers.push(timer)
    return () => { this.timers = this.timers.filter((one) => one !== timer) }
  }

  /** Runs what falls due on the way, in order, and lets promises settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.nowMs + ms
    for (;;) {
      const due = this.timers.filter((one) => one.dueMs <= end).sort((a, b) => a.dueMs - b.dueMs)[0]
      if (due === undefined) break
      this.timers = this.timers.filter((one) => one !== due)
      this.nowMs = due.dueMs
      due.action()
      await settle()
    }
    this.nowMs = end
    await settle()
  }
}

export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}
