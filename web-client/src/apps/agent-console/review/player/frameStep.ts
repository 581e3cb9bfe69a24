/** Smallest step tried first: the next frame at 60 per second. */
const finestStepSeconds = 1 / 60
/** A frame this far away is no neighbour but the other side of a gap. */
const furthestSeconds = 1
const presentWithinMs = 250

/**
 * Shows the next or the former frame. Frames of a call have no fixed distance, so the element is asked what it shows
 * (requestVideoFrameCallback): just before the shown frame's time lies the former one; forward, steps grow until another one comes.
 */
export class FrameStepper {
  private shown: number | null = null
  private spacing = finestStepSeconds
  private busy = false

  constructor(private readonly video: HTMLVideoElement) {
    // After somebody else's jump the frame shown before it is no neighbour: the browser may tell of the new one much later.
    video.addEventListener('seeking', () => { if (!this.busy) this.shown = null })
  }

  /** Keep asking while it plays: the distances of frames are learnt on the way. */
  watch(): void {
    if (!('requestVideoFrameCallback' in this.video)) return
    this.video.requestVideoFrameCallback((_, frame) => {
      this.learn(frame.mediaTime)
      this.watch()
    })
  }

  /** Media time of the frame that is shown afterwards; null when there is none in that direction, or a step is under way. */
  async step(direction: 1 | -1): Promise<number | null> {
    if (this.busy) return null
    this.busy = true
    try {
      return direction > 0 ? await this.forward() : await this.back()
    } finally {
      this.busy = false
    }
  }

  private async forward(): Promise<number | null> {
    const from = this.shown ?? this.video.currentTime
    for (let distance = this.spacing; distance <= furthestSeconds; distance += this.spacing) {
      const to = from + distance + 0.002
      if (to >= this.video.duration) return null
      const shown = await this.show(to)
      if (shown > from + 0.001) return shown
    }
    return null
  }

  private async back(): Promise<number | null> {
    const from = this.shown ?? this.video.currentTime
    return from <= 0.001 ? null : this.show(Math.max(0, from - 0.002))
  }

  private async show(media: number): Promise<number> {
    const seeked = new Promise<void>((resolve) => this.video.addEventListener('seeked', () => resolve(), { once: true }))
    const presented = this.presented()
    this.video.currentTime = media
    await seeked
    await Promise.race([presented, new Promise<void>((resolve) => { setTimeout(resolve, presentWithinMs) })])
    return this.shown ?? media
  }

  private presented(): Promise<void> {
    if (!('requestVideoFrameCallback' in this.video)) {
      this.shown = null
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      this.video.requestVideoFrameCallback((_, frame) => {
        this.learn(frame.mediaTime)
        resolve()
      })
    })
  }

  private learn(mediaTime: number): void {
    const distance = this.shown === null ? 0 : mediaTime - this.shown
    if (distance >= finestStepSeconds / 2 && distance < 0.2) this.spacing = Math.max(finestStepSeconds, Math.min(distance, this.spacing === finestStepSeconds ? distance : this.spacing * 1.5))
    this.shown = mediaTime
  }
}
