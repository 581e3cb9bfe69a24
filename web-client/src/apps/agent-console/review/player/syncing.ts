/** Off by more than this is heard as an echo or seen on lips: jump there at once. */
export const seekBeyondSeconds = 0.08
/** Closer than this is left alone: below it media elements do not report their time exactly. */
export const quietWithinSeconds = 0.015
/** A change of speed nobody hears. */
const strongestPull = 0.06

export type Correction = { readonly kind: 'seek' } | { readonly kind: 'rate'; readonly rate: number }

/** How a part that is `offset` seconds ahead of the playhead (behind when negative) comes back to it within about a second. */
export function correction(offset: number, rate: number): Correction {
  // At four times the speed the same error is over in a quarter of the time, and clocks are read a frame apart.
  if (Math.abs(offset) > seekBeyondSeconds * Math.max(1, rate)) return { kind: 'seek' }
  if (Math.abs(offset) <= quietWithinSeconds) return { kind: 'rate', rate }
  const pull = Math.max(-strongestPull, Math.min(strongestPull, offset))
  return { kind: 'rate', rate: rate * (1 - pull) }
}
