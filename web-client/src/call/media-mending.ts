import type { Cancel, Clock } from '@/signalling/clock'

export type MendingActions = { restart(): void; giveUp(): void }

/** A short stutter of the network heals by itself; longer than this is a new path to find. */
const patienceMs = 1_500
/** One ICE restart needs a round trip and a few checks; asking more often would cancel the one under way. */
const betweenRestartsMs = 4_000
/** The server keeps a place this long and more; then the honest thing is a button. */
const giveUpAfterMs = 60_000

/** Brings media back after the path broke: ICE restarts until it works or hope is gone. */
export class MediaMending {
  private startedMs: number | null = null
  private cancel: Cancel | null = null

  constructor(private readonly clock: Clock, private readonly actions: MendingActions) {}

  /** @param certain the browser has given up on the path: do not wait. */
  begin(certain: boolean): void {
    if (this.startedMs !== null && !certain) return
    this.startedMs ??= this.clock.now()
    this.schedule(certain ? 0 : patienceMs)
  }

  /** Something changed for the better: try at once. */
  now(): void {
    this.startedMs ??= this.clock.now()
    this.schedule(0)
  }

  stop(): void {
    this.cancel?.()
    this.cancel = null
    this.startedMs = null
  }

  private schedule(delayMs: number): void {
    this.cancel?.()
    this.cancel = this.clock.after(delayMs, () => this.attempt())
  }

  private attempt(): void {
    if (this.startedMs === null) return
    if (this.clock.now() - this.startedMs > giveUpAfterMs) return this.actions.giveUp()
    this.actions.restart()
    this.schedule(betweenRestartsMs)
  }
}
