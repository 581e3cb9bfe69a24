import type { MediaMode } from '@/contracts/names'
import type { LinkReading } from '@/media/peer'
import type { Clock } from '@/signalling/clock'

/** Below it 320×180 is all that is left beside the voice, and a photo shows more. */
const weakBps = 150_000
/** Above it video is worth coming back to. */
const strongBps = 200_000
/** An Opus voice and its headers; photos would take from it. */
const voiceBps = 45_000
/** Loss makes the estimate fall too, but what is repaired is video still, and photos by TCP would fare no better. */
const lossyShare = 0.1
const weakForMs = 3_000
const tryForMs = 8_000
const firstHoldMs = 8_000
const longestHoldMs = 64_000
/** Video that lasted this long was no mistake. */
const provenAfterMs = 30_000
/** Two photos in a row at this pace: there is room for video. */
const quickStillBps = 250_000
const slowStillMs = 20_000

/**
 * Which step of the ladder our own way up carries: video, photos, sound. Down after seconds of weakness, up after a hold that doubles with every try
 * that failed, so that a way at the edge does not swing.
 */
export class LinkLadder {
  readonly #clock: Clock
  mode: MediaMode = 'video'
  /** One step up is being tried: the camera runs beside the photos, or one photo goes out. */
  trying = false
  #sinceMs: number
  #weakSinceMs: number | null = null
  #holdMs = firstHoldMs
  #quick = 0
  #failures = 0

  constructor(clock: Clock) {
    this.#clock = clock
    // What was before the call is no failed try.
    this.#sinceMs = clock.now() - provenAfterMs
  }

  /** About once a second. */
  read({ estimateBps, loss }: LinkReading): void {
    const estimate = estimateBps ?? Number.POSITIVE_INFINITY
    const forMs = this.#clock.now() - this.#sinceMs
    switch (this.mode) {
      case 'video':
        if (forMs >= provenAfterMs) this.#holdMs = firstHoldMs
        if (this.#weakFor(loss <= lossyShare && estimate < weakBps)) this.#step('stills')
        return
      case 'stills':
        if (this.trying) this.#judge(estimateBps !== null && estimate >= strongBps, loss > lossyShare, forMs)
        else if (forMs >= this.#holdMs && (this.#quick >= 2 || (estimateBps !== null && estimate >= 2 * strongBps))) this.#tryUp()
        else if (this.#weakFor(estimate < voiceBps)) this.#step('audio_only')
        return
      case 'audio_only':
        if (!this.trying && forMs >= this.#holdMs) this.#tryUp()
    }
  }

  stillDone(bytes: number, tookMs: number): void {
    this.#failures = 0
    this.#quick = (bytes * 8_000) / Math.max(1, tookMs) >= quickStillBps ? this.#quick + 1 : 0
    if (this.mode === 'stills' && tookMs >= slowStillMs) this.#step('audio_only')
    if (this.mode !== 'audio_only' || !this.trying) return
    if (tookMs < slowStillMs / 2) this.#step('stills')
    else this.#failed()
  }

  stillFailed(): void {
    this.#quick = 0
    if (this.mode === 'audio_only') this.#failed()
    else if (this.mode === 'stills' && ++this.#failures >= 2) this.#step('audio_only')
  }

  #weakFor(isWeak: boolean): boolean {
    if (!isWeak) this.#weakSinceMs = null
    else this.#weakSinceMs ??= this.#clock.now()
    return this.#weakSinceMs !== null && this.#clock.now() - this.#weakSinceMs >= weakForMs
  }

  #tryUp(): void {
    this.trying = true
    this.#sinceMs = this.#clock.now()
  }

  #judge(isStrong: boolean, isLossy: boolean, forMs: number): void {
    if (forMs >= weakForMs && isLossy) this.#failed()
    else if (forMs >= 2_000 && isStrong) this.#step('video')
    else if (forMs >= tryForMs) this.#failed()
  }

  #failed(): void {
    this.trying = false
    this.#quick = 0
    this.#sinceMs = this.#clock.now()
    this.#holdMs = Math.min(2 * this.#holdMs, longestHoldMs)
  }

  #step(mode: MediaMode): void {
    // Down again soon after coming back: wait longer next time.
    if (this.mode === 'video' && this.#clock.now() - this.#sinceMs < provenAfterMs) this.#holdMs = Math.min(2 * this.#holdMs, longestHoldMs)
    this.mode = mode
    this.trying = false
    this.#weakSinceMs = null
    this.#quick = this.#failures = 0
    this.#sinceMs = this.#clock.now()
  }
}
