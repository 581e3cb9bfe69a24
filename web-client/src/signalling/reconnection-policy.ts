/** Says when to try again, and when to stop. Pure: the caller owns the timers. */
export type ReconnectionPolicy = {
  /**
   * @param attempt 0 for the first try after the loss.
   * @param elapsedMs since the connection was lost.
   * @returns milliseconds to wait, or null: give up and tell the person.
   */
  nextDelayMs(attempt: number, elapsedMs: number): number | null
}

export type BackoffSettings = {
  readonly firstMs: number
  readonly factor: number
  readonly maxMs: number
  readonly giveUpAfterMs: number
  readonly random?: () => number
}

/**
 * The first try is nearly immediate because most losses are a change of network; after that it doubles, with full jitter
 * above half, so that a restarted server is not met by everybody at once.
 */
export function backoff(settings: BackoffSettings): ReconnectionPolicy {
  const random = settings.random ?? Math.random
  return {
    nextDelayMs(attempt, elapsedMs) {
      if (elapsedMs >= settings.giveUpAfterMs) return null
      const ceiling = Math.min(settings.maxMs, settings.firstMs * settings.factor ** attempt)
      return Math.round(ceiling / 2 + random() * (ceiling / 2))
    },
  }
}

/** A call: the server keeps a place for a while; after two minutes the honest thing is a button. */
export const callReconnection = backoff({ firstMs: 250, factor: 1.8, maxMs: 4_000, giveUpAfterMs: 120_000 })

/** The desk never gives up: an agent's screen stays open all day. */
export const deskReconnection = backoff({ firstMs: 500, factor: 2, maxMs: 15_000, giveUpAfterMs: Number.POSITIVE_INFINITY })
