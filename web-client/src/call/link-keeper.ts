import type { MediaMode } from '@/contracts/names'
import type { Cancel, Clock } from '@/signalling/clock'
import type { LinkReading } from '@/media/peer'
import type { StillsPort } from '@/media/stills-port'
import { LinkLadder } from './link-ladder'
import { StillSender } from './still-sender'

export type LinkView = {
  /** Our camera while media is connected; null: there is nothing to send. */
  readonly camera: MediaStreamTrack | null
  readonly othersWantStills: boolean
}

export type LinkActions = {
  view(): LinkView
  /** Null without a connection. */
  read(): Promise<LinkReading | null>
  /** Whether the camera's video leaves the page. */
  sendVideo(active: boolean): void
  report(mode: MediaMode, estimateBps: number): Promise<void>
}

const everyMs = 1_000

/** Watches our own way up and keeps to what it carries: video, photos or sound. Everybody hears of each step. */
export class LinkKeeper {
  readonly #clock: Clock
  readonly #actions: LinkActions
  readonly #ladder: LinkLadder
  readonly #sender: StillSender
  #reported: MediaMode = 'video'
  #cancel: Cancel | null = null

  constructor(clock: Clock, actions: LinkActions, port: StillsPort) {
    this.#clock = clock
    this.#actions = actions
    this.#ladder = new LinkLadder(clock)
    this.#sender = new StillSender(clock, port, {
      done: (bytes, tookMs) => this.#ladder.stillDone(bytes, tookMs),
      failed: () => this.#ladder.stillFailed(),
    })
  }

  start(): void {
    this.#cancel ??= this.#clock.after(everyMs, () => void this.#tick())
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
    this.#sender.want(null)
  }

  /** A new place in the call: the server takes us for one that sends video. */
  rejoined(): void {
    this.#reported = 'video'
  }

  async #tick(): Promise<void> {
    const reading = await this.#actions.read().catch(() => null)
    if (this.#cancel === null) return
    this.#cancel = this.#clock.after(everyMs, () => void this.#tick())
    const { camera, othersWantStills } = this.#actions.view()
    if (camera !== null && reading !== null) this.#ladder.read(reading)
    const { mode, trying } = this.#ladder
    const fromUs = mode === 'stills' || (mode === 'audio_only' && trying)
    this.#actions.sendVideo(mode === 'video' || (mode === 'stills' && trying))
    this.#sender.want(fromUs || (mode === 'video' && othersWantStills) ? camera : null)
    this.#say(mode, reading?.estimateBps ?? 0)
  }

  #say(mode: MediaMode, estimateBps: number): void {
    const before = this.#reported
    if (mode === before) return
    this.#reported = mode
    // Said again at the next tick: after a resume, or when it changed faster than the server takes it.
    this.#actions.report(mode, Math.round(estimateBps)).catch(() => { if (this.#reported === mode) this.#reported = before })
  }
}
