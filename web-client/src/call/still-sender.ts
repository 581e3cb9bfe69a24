import type { StillsPort } from '@/media/stills-port'
import { ProblemError } from '@/signalling/problem'
import type { Cancel, Clock } from '@/signalling/clock'

export type StillOutcome = { done(bytes: number, tookMs: number): void; failed(): void }

const everyMs = 2_000
/** A photo may take this long: then the picture is never older than five seconds. */
const goalMs = 2_500
const firstBytes = 24_000
const [fewestBytes, mostBytes] = [10_000, 45_000]

/** Sends photo after photo, never two at a time: each as large as the last one's pace allows, with a rest after it so that the voice has the way too. */
export class StillSender {
  readonly #clock: Clock
  readonly #port: StillsPort
  readonly #outcome: StillOutcome
  #budget = firstBytes
  #busy = false
  #cancel: Cancel | null = null
  #track: MediaStreamTrack | null = null

  constructor(clock: Clock, port: StillsPort, outcome: StillOutcome) {
    this.#clock = clock
    this.#port = port
    this.#outcome = outcome
  }

  /** @param track photos are wanted of it; null: none are. */
  want(track: MediaStreamTrack | null): void {
    const was = this.#track
    this.#track = track
    if (track !== null && this.#cancel === null && !this.#busy) void this.#next()
    if (track === null && was !== null) {
      this.#cancel?.()
      this.#cancel = null
      this.#port.rest()
    }
  }

  async #next(): Promise<void> {
    const track = this.#track
    this.#cancel = null
    if (track === null) return
    this.#busy = true
    const began = this.#clock.now()
    await this.#once(track)
    this.#busy = false
    const took = this.#clock.now() - began
    if (this.#track !== null) this.#cancel = this.#clock.after(Math.max(everyMs - took, Math.min(took, everyMs)), () => void this.#next())
  }

  async #once(track: MediaStreamTrack): Promise<void> {
    try {
      const image = await this.#port.take(track, this.#budget)
      if (image === null || this.#track === null) return
      const began = this.#clock.now()
      await this.#port.send(image)
      const took = Math.max(1, this.#clock.now() - began)
      this.#budget = Math.max(fewestBytes, Math.min(mostBytes, (image.size / took) * goalMs))
      this.#outcome.done(image.size, took)
    } catch (error) {
      // A refusal says nothing of the way; the next photo may be welcome.
      if (!(error instanceof ProblemError) || (error.reason !== 'network' && error.reason !== 'timeout')) return
      this.#budget = fewestBytes
      this.#outcome.failed()
    }
  }
}
