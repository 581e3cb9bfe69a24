import type { TimeMap } from './timeMap'
import type { Part } from './transport'

const haveCurrentData = 2
const haveFutureData = 3
/** The last frame or packet may end a little before what the container says. */
const endSlackSeconds = 0.06

/** A media element as a part of the playhead's world. A part whose file cannot be played covers nothing: the others go on. */
export class MediaPart implements Part {
  failed = false

  constructor(private readonly element: HTMLMediaElement, readonly leads: boolean, private readonly map: () => TimeMap) {}

  covers(seconds: number): boolean {
    const media = this.map().toMedia(seconds)
    const { duration } = this.element
    return !this.failed && media !== null && media >= 0 && (!Number.isFinite(duration) || media < duration - endSlackSeconds)
  }

  time(): number | null {
    return this.element.seeking || this.element.readyState === 0 ? null : this.map().toPlayback(this.element.currentTime)
  }

  ready(): boolean {
    // Paused elements are not obliged to fetch more than what they show.
    return !this.element.seeking && this.element.readyState >= (this.element.paused ? haveCurrentData : haveFutureData)
  }

  playing(): boolean {
    return !this.element.paused && !this.element.ended
  }

  seek(seconds: number): void {
    const media = this.map().toMedia(seconds)
    if (media !== null && media >= 0) this.element.currentTime = media
  }

  play(rate: number): void {
    this.setRate(rate)
    // Refused or overtaken by a pause: the next tick sees that it does not play.
    void this.element.play().catch(() => undefined)
  }

  setRate(rate: number): void {
    if (Math.abs(this.element.playbackRate - rate) > 0.001) this.element.playbackRate = rate
  }

  pause(): void {
    if (!this.element.paused) this.element.pause()
  }
}
