import type { CallEngine } from '@/call/engine'
import { audibleMids } from '@/call/phase'
import type { CallState } from '@/call/state'
import type { AudioOutput } from '@/media/audio-output'
import { firstAudioPlayed, firstVideoFrame } from '@/media/first-frame'

/** An agent who came later than this after Agree was not waiting: the time says nothing about us. */
const meaningfulMs = 15_000

/** Times from the buyer's Agree to the first heard voice and the first seen picture; each reported once. */
export class FirstMeasures {
  private readonly abort = new AbortController()
  private audioStarted = false
  private pictureStarted = false

  constructor(private readonly engine: CallEngine, private readonly audio: AudioOutput, private readonly agreedAtMs: number) {}

  onState(state: CallState): void {
    const mid = audibleMids(state)[0]
    const element = mid === undefined ? null : this.audio.elementOf(mid)
    const receiver = mid === undefined ? null : this.engine.mediaPeer?.receiverOf(mid) ?? null
    if (this.audioStarted || element === null || receiver === null) return
    this.audioStarted = true
    void firstAudioPlayed(receiver, element, this.abort.signal).then((at) => this.report('agree_to_buyer_audio', at))
  }

  onPicture(element: HTMLVideoElement): void {
    if (this.pictureStarted) return
    this.pictureStarted = true
    void firstVideoFrame(element, this.abort.signal).then((at) => this.report('agree_to_buyer_frame', at))
  }

  stop(): void {
    this.abort.abort()
  }

  private report(measure: 'agree_to_buyer_audio' | 'agree_to_buyer_frame', atMs: number | null): void {
    if (atMs === null) return
    const milliseconds = atMs - this.agreedAtMs
    if (milliseconds >= 0 && milliseconds < meaningfulMs) this.engine.reportTiming(measure, milliseconds)
  }
}
