/** Monotonic time and timers, so that tests own them. */
export type Clock = {
  /** Milliseconds, never goes back. */
  now(): number
  after(ms: number, action: () => void): Cancel
}

export type Cancel = () => void

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms)
    return () => clearTimeout(timer)
  },
}
