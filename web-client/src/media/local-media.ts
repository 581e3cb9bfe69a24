import { capture, failureOf, type Captured, type CaptureRequest, type Facing } from './capture'
import type { CaptureFailure } from './capture-failure'

export type LocalSource = {
  readonly track: MediaStreamTrack | null
  /** Microphone muted or camera switched off by the person. */
  readonly muted: boolean
  /** Why there is none although it was wanted. */
  readonly failure: CaptureFailure | null
}

export type LocalMediaState = {
  readonly microphone: LocalSource
  readonly camera: LocalSource
  readonly facing: Facing
}

const none: LocalSource = { track: null, muted: false, failure: null }

/**
 * This page's own camera and microphone. A muted microphone stays open (unmuting is instant); a camera that is switched off is
 * released, so that its light goes out and the person can believe it.
 */
export class LocalMedia {
  private current: LocalMediaState
  private readonly listeners = new Set<(state: LocalMediaState) => void>()

  constructor(facing: Facing = 'environment') {
    this.current = { microphone: none, camera: none, facing }
  }

  get state(): LocalMediaState {
    return this.current
  }

  subscribe(listener: (state: LocalMediaState) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Opens what is asked for. Throws CaptureError when nothing was had. */
  async open(request: CaptureRequest): Promise<void> {
    const got = await capture({ facing: this.current.facing, ...request })
    this.take(got, request)
  }

  setMuted(muted: boolean): void {
    const { microphone } = this.current
    if (microphone.track !== null) microphone.track.enabled = !muted
    this.update({ microphone: { ...microphone, muted } })
  }

  async setCameraOff(off: boolean): Promise<void> {
    if (off) {
      this.current.camera.track?.stop()
      this.update({ camera: { track: null, muted: true, failure: null } })
      return
    }
    await this.reopenCamera({ microphone: false, camera: true, facing: this.current.facing })
  }

  /** Many phones cannot open the second camera while the first is open, so the picture stands still for a moment. */
  async flip(): Promise<void> {
    const before = this.current.facing
    const facing: Facing = before === 'environment' ? 'user' : 'environment'
    this.current.camera.track?.stop()
    try {
      await this.reopenCamera({ microphone: false, camera: true, facing })
      this.update({ facing })
    } catch {
      await this.reopenCamera({ microphone: false, camera: true, facing: before })
    }
  }

  async useMicrophone(deviceId: string): Promise<void> {
    const got = await capture({ microphone: true, camera: false, microphoneId: deviceId })
    this.current.microphone.track?.stop()
    if (got.microphone !== null) got.microphone.enabled = !this.current.microphone.muted
    this.update({ microphone: { track: this.watched(got.microphone, 'microphone'), muted: this.current.microphone.muted, failure: null } })
  }

  async useCamera(deviceId: string): Promise<void> {
    this.current.camera.track?.stop()
    await this.reopenCamera({ microphone: false, camera: true, cameraId: deviceId })
  }

  /** Releases everything. */
  stop(): void {
    this.current.microphone.track?.stop()
    this.current.camera.track?.stop()
    this.update({ microphone: none, camera: none })
  }

  private async reopenCamera(request: CaptureRequest): Promise<void> {
    try {
      const got = await capture(request)
      this.update({ camera: { track: this.watched(got.camera, 'camera'), muted: false, failure: null } })
    } catch (error) {
      this.update({ camera: { track: null, muted: true, failure: failureOf(error) } })
      throw error
    }
  }

  private take(got: Captured, request: CaptureRequest): void {
    const { microphone, camera } = this.current
    if (got.microphone !== null) got.microphone.enabled = !microphone.muted
    this.update({
      ...(request.microphone && { microphone: { track: this.watched(got.microphone, 'microphone'), muted: microphone.muted, failure: got.microphoneFailure } }),
      ...(request.camera && { camera: { track: this.watched(got.camera, 'camera'), muted: got.camera === null, failure: got.cameraFailure } }),
    })
    if (request.microphone && microphone.track !== got.microphone) microphone.track?.stop()
    if (request.camera && camera.track !== got.camera) camera.track?.stop()
  }

  /** An unplugged or taken-away device ends its track without anybody's wish. */
  private watched(track: MediaStreamTrack | null, source: 'microphone' | 'camera'): MediaStreamTrack | null {
    track?.addEventListener('ended', () => {
      if (this.current[source].track !== track) return
      const lost: LocalSource = { track: null, muted: true, failure: 'no_device' }
      this.update(source === 'microphone' ? { microphone: lost } : { camera: lost })
    })
    return track
  }

  private update(change: Partial<LocalMediaState>): void {
    this.current = { ...this.current, ...change }
    for (const listener of this.listeners) listener(this.current)
  }
}
