import { correction } from './syncing'

/** A media element seen from the playhead; all times are seconds of playback. */
export type Part = {
  /** Leads: the others follow it while it plays. */
  readonly leads: boolean
  /** Has media at this time. */
  covers(seconds: number): boolean
  /** What it shows now; null while it cannot say. */
  time(): number | null
  /** Can go on from where it stands. */
  ready(): boolean
  playing(): boolean
  seek(seconds: number): void
  play(rate: number): void
  setRate(rate: number): void
  pause(): void
}

export type TransportState = { readonly seconds: number; readonly playing: boolean; readonly waiting: boolean; readonly rate: number }

/** After a jump a part may report its old place for a moment: longer than this it is told again. */
const seekAgainMs = 900
/** A leader further off than this does not lead but is led back. */
const followWithinSeconds = 0.5

/**
 * The one playhead. It runs by the clock and follows the picture while that plays; the voices follow the playhead. Where there is no picture
 * (it began late, a gap, sound only) the playhead simply runs on.
 */
export class Transport {
  private parts: readonly Part[] = []
  private anchorSeconds = 0
  private anchorMs = 0
  private wants = false
  private stalled = false
  private speed = 1
  private readonly soughtAt = new Map<Part, number>()

  constructor(private readonly now: () => number, private duration: number, private readonly changed: (state: TransportState) => void) {}

  get state(): TransportState {
    return { seconds: this.seconds, playing: this.wants, waiting: this.stalled, rate: this.speed }
  }

  get seconds(): number {
    const running = this.wants && !this.stalled
    return Math.min(this.duration, running ? this.anchorSeconds + ((this.now() - this.anchorMs) / 1000) * this.speed : this.anchorSeconds)
  }

  setParts(parts: readonly Part[]): void {
    this.parts = parts
    this.placeAll()
  }

  setDuration(seconds: number): void {
    this.duration = seconds
  }

  play(): void {
    if (this.wants) return
    if (this.anchorSeconds >= this.duration - 0.05) this.jump(0)
    this.anchor(this.seconds)
    this.wants = true
    this.tick()
  }

  pause(): void {
    this.anchor(this.seconds)
    this.wants = false
    this.stalled = false
    for (const part of this.parts) part.pause()
    this.placeAll()
    this.changed(this.state)
  }

  seek(seconds: number): void {
    this.jump(Math.max(0, Math.min(this.duration, seconds)))
    this.tick()
  }

  setRate(rate: number): void {
    this.anchor(this.seconds)
    this.speed = rate
    for (const part of this.parts) part.setRate(rate)
    this.changed(this.state)
  }

  /** A single frame was shown: the playhead goes where it is, without moving the picture. */
  shownFrame(seconds: number): void {
    this.anchor(seconds)
    for (const part of this.parts) if (!part.leads) this.place(part)
    this.changed(this.state)
  }

  /** Call on every frame of the screen while something plays, and when a part has news. */
  tick(): void {
    if (this.wants) this.advance()
    this.changed(this.state)
  }

  private advance(): void {
    const seconds = this.seconds
    if (seconds >= this.duration) return this.pause()
    const here = this.parts.filter((part) => part.covers(seconds))
    for (const part of this.parts) if (!here.includes(part) && part.playing()) part.pause()
    this.stall(here.some((part) => !part.ready()))
    if (this.stalled) return
    for (const part of here) if (!part.playing()) this.start(part, seconds)
    const leader = here.find((part) => part.leads && part.playing())
    this.follow(leader)
    for (const part of here) if (part !== leader && part.playing()) this.pull(part)
  }

  private stall(stalled: boolean): void {
    if (stalled === this.stalled) return
    this.anchor(this.seconds)
    this.stalled = stalled
    if (stalled) for (const part of this.parts) part.pause()
  }

  private start(part: Part, seconds: number): void {
    const time = part.time()
    if (time === null || Math.abs(time - seconds) > 0.04) this.place(part)
    part.play(this.speed)
  }

  private follow(leader: Part | undefined): void {
    const time = leader?.time() ?? null
    if (leader === undefined || time === null) return
    if (Math.abs(time - this.seconds) <= followWithinSeconds) this.anchor(time)
    else this.again(leader)
  }

  private pull(part: Part): void {
    const time = part.time()
    if (time === null) return
    const back = correction(time - this.seconds, this.speed)
    if (back.kind === 'rate') part.setRate(back.rate)
    else this.again(part)
  }

  private again(part: Part): void {
    if (this.now() - (this.soughtAt.get(part) ?? -Infinity) > seekAgainMs) this.place(part)
  }

  private jump(seconds: number): void {
    this.anchor(seconds)
    this.placeAll()
  }

  private placeAll(): void {
    for (const part of this.parts) this.place(part)
  }

  private place(part: Part): void {
    this.soughtAt.set(part, this.now())
    part.seek(this.seconds)
  }

  private anchor(seconds: number): void {
    this.anchorSeconds = seconds
    this.anchorMs = this.now()
  }
}
