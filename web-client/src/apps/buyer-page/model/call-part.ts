import { CallEngine } from '@/call/engine'
import { checkpointsIn } from '@/signalling/checkpoint-keeper'
import { audibleMids, mainStaff, phaseOf } from '@/call/phase'
import type { CallOutcome, CallState } from '@/call/state'
import type { CallId, ReportableStep } from '@/contracts/names'
import { AudioOutput } from '@/media/audio-output'
import { failureOf } from '@/media/capture'
import { CaptureError, type CaptureFailure } from '@/media/capture-failure'
import { LocalMedia } from '@/media/local-media'
import { watchNetwork } from '@/media/network-watch'
import { stillsTo } from '@/media/stills-port'
import { callScreen } from './call-screen'
import { FirstMeasures } from './first-measures'
import { keepAwake } from './keep-awake'
import type { CallScreenView } from './screen'

export type CallPartEvents = {
  view(view: CallScreenView): void
  /** The first time signalling works. */
  joined(): void
  closed(outcome: CallOutcome): void
}

/** A 720p30 picture of a product with fine print, good to read at this rate. */
const cameraBitrateBps = 1_800_000
/** The cookie says which call. */
const ownCall = '' as CallId

/** The live part of the buyer's page: engine, own camera, sound out, clock. */
export class CallPart {
  private readonly local = new LocalMedia('environment')
  private readonly audio: AudioOutput
  private readonly engine: CallEngine
  private readonly stopWatching: () => void
  private measures: FirstMeasures | null = null
  private ownPicture: MediaStream | null = null
  private ticking: ReturnType<typeof setInterval> | null = null
  private stopKeepingAwake: (() => void) | null = null
  private agentSeen = false
  private soundBlocked = false
  private asking = false
  private switching = false
  private captured = false
  private saidConnected = false
  private closed = false
  private saidJoined = false
  private reported: ReportableStep | null = null

  constructor(private readonly agentName: string, private readonly events: CallPartEvents, makeAudio: () => HTMLAudioElement) {
    this.audio = new AudioOutput(makeAudio, (blocked) => {
      if (this.soundBlocked === blocked) return
      this.soundBlocked = blocked
      this.show()
    })
    this.engine = new CallEngine({ cameraBitrateBps, hub: { checkpoints: checkpointsIn(() => localStorage) }, stills: stillsTo(() => '/api/buyer/stills'), onState: (state) => this.onState(state) })
    this.local.subscribe((state) => {
      this.ownPicture = state.camera.track === null ? null : new MediaStream([state.camera.track])
      this.engine.setLocal(state)
      this.show()
    })
    this.stopWatching = watchNetwork({ changed: () => this.engine.networkChanged(), offline: () => this.engine.networkLost() })
  }

  /** Signalling first, while the buyer still reads: nothing of theirs is sent. */
  joinEarly(): void {
    this.engine.join(ownCall)
  }

  /** The buyer chose another way: the end that follows is not news. */
  expectEnd(): void {
    this.closed = true
  }

  readingConsent(): void {
    this.report('reading_consent')
  }

  /** In the tap. */
  unlockSound(): void {
    this.audio.unlock()
  }

  /** Consent is recorded: media may start, whether or not the camera is open yet. */
  startMedia(agreedAtMs: number | null): void {
    if (agreedAtMs !== null) this.measures = new FirstMeasures(this.engine, this.audio, agreedAtMs)
    if (this.engine.state.outcome !== null) this.engine.retry(ownCall)
    this.report(this.captured ? 'connecting' : 'checking_camera')
    void this.engine.startMedia()
  }

  /** @returns null when there is at least a voice or a picture, else why not. */
  async openCamera(): Promise<CaptureFailure | null> {
    try {
      await this.local.open({ microphone: true, camera: true })
    } catch (error) {
      return error instanceof CaptureError ? error.reason : failureOf(error)
    }
    if (this.closed) {
      this.local.stop()
      return null
    }
    this.captured = true
    return null
  }

  /** The call takes the screen. */
  showCall(): void {
    this.report('connecting')
    this.ticking ??= setInterval(() => this.show(), 500)
    this.stopKeepingAwake ??= keepAwake()
    this.onState(this.engine.state)
    this.show()
  }

  get elapsedSeconds(): number | null {
    const { startedAtMs } = this.engine.state
    return startedAtMs === null ? null : (performance.now() - startedAtMs) / 1000
  }

  toggleMute(): void {
    this.local.setMuted(!this.local.state.microphone.muted)
  }

  toggleCamera(): void {
    void this.whileSwitching(() => this.local.setCameraOff(this.local.state.camera.track !== null))
  }

  flip(): void {
    void this.whileSwitching(() => this.local.flip())
  }

  ask(asking: boolean): void {
    this.asking = asking
    this.show()
  }

  hangUp(): void {
    void this.engine.hangUp('buyer_hung_up')
    this.local.stop()
  }

  unblockSound(): void {
    this.audio.unlock()
  }

  pictureShown(element: HTMLVideoElement): void {
    this.measures?.onPicture(element)
  }

  reconnect(): void {
    this.closed = false
    this.engine.retry(ownCall)
    void this.engine.startMedia()
    this.showCall()
  }

  /** Lets go of everything: camera, sound, sockets. */
  dispose(): void {
    this.quiet()
    this.stopWatching()
    this.local.stop()
    this.audio.close()
    this.engine.dispose()
  }

  private onState(state: CallState): void {
    if (this.closed) return
    if (state.outcome !== null) {
      this.quiet()
      this.events.closed(state.outcome)
      return
    }
    if (state.signalling === 'up' && !this.saidJoined) {
      this.saidJoined = true
      this.events.joined()
    }
    if (mainStaff(state)?.connection === 'connected') this.agentSeen = true
    this.playVoices(state)
    this.measures?.onState(state)
    this.sayConnected(state)
    this.show()
  }

  private playVoices(state: CallState): void {
    const voices = new Map<string, MediaStream>()
    for (const mid of audibleMids(state)) {
      const stream = this.engine.streamOf(mid)
      if (stream !== null) voices.set(mid, stream)
    }
    this.audio.show(voices)
  }

  private sayConnected(state: CallState): void {
    if (this.saidConnected || !this.captured || phaseOf(state).name !== 'live') return
    this.saidConnected = true
    this.report('connected')
  }

  private report(step: ReportableStep): void {
    if (step === this.reported) return
    this.reported = step
    this.engine.reportStep(step)
  }

  private async whileSwitching(work: () => Promise<void>): Promise<void> {
    if (this.switching) return
    this.switching = true
    this.show()
    await work().catch(() => undefined)
    this.switching = false
    this.show()
  }

  private show(): void {
    if (this.ticking === null || this.closed) return
    this.events.view(callScreen({
      call: this.engine.state,
      local: this.local.state,
      ownPicture: this.ownPicture,
      streamFor: (mid) => this.engine.streamOf(mid),
      agentName: this.agentName,
      agentSeen: this.agentSeen,
      switchingCamera: this.switching,
      soundBlocked: this.soundBlocked,
      askingToHangUp: this.asking,
      nowMs: performance.now(),
    }))
  }

  private quiet(): void {
    this.closed = true
    this.measures?.stop()
    this.stopKeepingAwake?.()
    this.stopKeepingAwake = null
    if (this.ticking !== null) clearInterval(this.ticking)
    this.ticking = null
  }
}
