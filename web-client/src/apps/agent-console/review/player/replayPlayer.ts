import { ref, shallowReactive, shallowRef } from 'vue'
import type { ReviewPictureView, ReviewPlaybackView, ReviewVoiceView } from '@/contracts/generated'
import { attach, type Attached } from './attach'
import { FrameStepper } from './frameStep'
import { MediaPart } from './mediaPart'
import { nextSpeed } from './playerKeys'
import { Transport, type TransportState } from './transport'

export type VoiceState = { readonly id: string; readonly role: string; muted: boolean; failed: boolean }
/** A picture beside the main one, with the element that shows it. */
export type OtherPicture = { readonly id: string; readonly role: string; readonly fromSeconds: number; readonly toSeconds: number; readonly element: HTMLVideoElement; failed: boolean }
export type PlayerSource = { readonly playback: ReviewPlaybackView; readonly durationSeconds: number; readonly originAt: string | null }

/** One recording under one playhead: media elements, their sources, state for the components, and what the keys ask for. */
export class ReplayPlayer {
  readonly seconds = ref(0)
  readonly playing = ref(false)
  readonly waiting = ref(false)
  readonly rate = ref(1)
  readonly volume = ref(1)
  readonly duration = ref(0)
  readonly markIn = ref<number | null>(null)
  readonly markOut = ref<number | null>(null)
  readonly pictureFailed = ref(false)
  readonly voices = shallowReactive<VoiceState[]>([])
  readonly others = shallowReactive<OtherPicture[]>([])
  /** The sources are asked for; false while nothing can be played. */
  readonly loaded = shallowRef(false)
  private readonly transport = new Transport(() => performance.now(), 0, (state) => this.take(state))
  private readonly sounds = new Map<string, HTMLAudioElement>()
  private attached: readonly Attached[] = []
  private pictureMap: Attached | null = null
  private stepper: FrameStepper | null = null
  private frame = 0
  /** Raised with every load, so that a late source of the former one is let go. */
  private generation = 0

  async load(source: PlayerSource, video: HTMLVideoElement | null): Promise<void> {
    this.unload()
    const mine = this.generation
    this.duration.value = source.durationSeconds
    this.transport.setDuration(source.durationSeconds)
    const origin = source.originAt === null ? null : Date.parse(source.originAt)
    const picture = this.loadPicture(source, video, origin)
    const made = (await Promise.all([picture, ...source.playback.voices.map((voice) => this.loadVoice(voice, origin)), ...source.playback.pictures.slice(1).map((one) => this.loadOther(one, origin))])).filter((one) => one !== null)
    if (mine !== this.generation) return made.forEach((one) => one.attached.detach())
    this.attached = made.map((one) => one.attached)
    this.transport.setParts(made.map((one) => one.part))
    this.transport.seek(this.seconds.value)
    this.loaded.value = true
  }

  unload(): void {
    this.generation++
    this.transport.pause()
    for (const one of this.attached) one.detach()
    this.attached = []
    this.sounds.clear()
    this.voices.splice(0)
    this.others.splice(0)
    this.transport.setParts([])
    this.pictureFailed.value = false
    this.pictureMap = null
    this.stepper = null
    this.loaded.value = false
    cancelAnimationFrame(this.frame)
    this.frame = 0
  }

  toggle(): void {
    if (!this.loaded.value) return
    if (this.transport.state.playing) this.transport.pause()
    else this.transport.play()
  }

  pause(): void {
    this.transport.pause()
  }

  seek(seconds: number): void {
    this.transport.seek(seconds)
  }

  setRate(rate: number): void {
    this.transport.setRate(rate)
  }

  changeRate(direction: 1 | -1): void {
    this.setRate(nextSpeed(this.rate.value, direction))
  }

  setVolume(volume: number): void {
    this.volume.value = Math.max(0, Math.min(1, volume))
    for (const sound of this.sounds.values()) sound.volume = this.volume.value
  }

  mute(voice: VoiceState, muted: boolean): void {
    voice.muted = muted
    const sound = this.sounds.get(voice.id)
    if (sound !== undefined) sound.muted = muted
  }

  async step(direction: 1 | -1): Promise<void> {
    this.transport.pause()
    if (this.stepper === null) return this.transport.seek(this.seconds.value + direction / 10)
    const media = await this.stepper.step(direction)
    if (media !== null && this.pictureMap !== null) this.transport.shownFrame(this.pictureMap.map().toPlayback(media))
  }

  private take(state: TransportState): void {
    const out = this.markOut.value
    const crossed = state.playing && out !== null && this.seconds.value < out && state.seconds >= out
    this.seconds.value = state.seconds
    this.playing.value = state.playing
    this.waiting.value = state.waiting
    this.rate.value = state.rate
    if (crossed) this.transport.pause()
    else if (state.playing && this.frame === 0) this.frame = requestAnimationFrame(this.onFrame)
  }

  private readonly onFrame = (): void => {
    this.frame = 0
    this.transport.tick()
  }

  private async loadPicture(source: PlayerSource, video: HTMLVideoElement | null, origin: number | null): Promise<Loaded | null> {
    const { pictureUrl } = source.playback
    if (pictureUrl === null || video === null) return null
    this.stepper = new FrameStepper(video)
    this.stepper.watch()
    const made = await loadPart(video, true, pictureUrl, origin, 0, () => { this.pictureFailed.value = true })
    this.pictureMap = made.attached
    return made
  }

  private loadOther(picture: ReviewPictureView, origin: number | null): Promise<Loaded> {
    const element = document.createElement('video')
    element.muted = true
    element.playsInline = true
    element.preload = 'auto'
    const { role, fromSeconds, toSeconds, url } = picture
    const state = shallowReactive<OtherPicture>({ id: url, role, fromSeconds, toSeconds, element, failed: false })
    this.others.push(state)
    return loadPart(element, false, url, origin, 0, () => { state.failed = true })
  }

  private loadVoice(voice: ReviewVoiceView, origin: number | null): Promise<Loaded> {
    const sound = new Audio()
    sound.preload = 'auto'
    sound.volume = this.volume.value
    // Voices at twice the speed stay voices.
    sound.preservesPitch = true
    const id = `${voice.participantId}·${this.sounds.size}`
    const state = shallowReactive<VoiceState>({ id, role: voice.role, muted: false, failed: false })
    this.sounds.set(id, sound)
    this.voices.push(state)
    return loadPart(sound, false, voice.url, origin, voice.startsAtSeconds, () => { state.failed = true })
  }
}

type Loaded = { readonly part: MediaPart; readonly attached: Attached }

async function loadPart(element: HTMLMediaElement, leads: boolean, url: string, originMs: number | null, startsAtSeconds: number, failed: () => void): Promise<Loaded> {
  const holder: { part: MediaPart | null; failed: boolean } = { part: null, failed: false }
  const attached = await attach(element, url, originMs, startsAtSeconds, () => {
    holder.failed = true
    if (holder.part !== null) holder.part.failed = true
    failed()
  })
  const part = new MediaPart(element, leads, () => attached.map())
  holder.part = part
  part.failed = holder.failed
  return { part, attached }
}
