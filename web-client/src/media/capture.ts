import { CaptureError, captureFailureOf, type CaptureFailure, type CaptureSurroundings } from './capture-failure'

export type Facing = 'environment' | 'user'

export type CaptureRequest = {
  readonly microphone: boolean
  readonly camera: boolean
  readonly facing?: Facing
  readonly microphoneId?: string | null
  readonly cameraId?: string | null
}

export type Captured = {
  readonly microphone: MediaStreamTrack | null
  readonly camera: MediaStreamTrack | null
  /** Set where only one of two was had. */
  readonly microphoneFailure: CaptureFailure | null
  readonly cameraFailure: CaptureFailure | null
}

export type Device = { readonly id: string; readonly label: string; readonly kind: 'microphone' | 'camera' | 'speaker' }

/** 720p30: a serial number is readable, and it fits the uplink of a phone. */
const pictureSize = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } } as const

export function surroundings(): CaptureSurroundings {
  return { secure: globalThis.isSecureContext, hasApi: typeof navigator.mediaDevices?.getUserMedia === 'function' }
}

/** Asks for both in one dialog; where one is missing or taken, the call goes on with the other. */
export async function capture(request: CaptureRequest): Promise<Captured> {
  try {
    return tracksOf(await getUserMedia(request))
  } catch (error) {
    const reason = failureOf(error)
    const partial = request.microphone && request.camera && (reason === 'no_device' || reason === 'busy' || reason === 'unknown')
    if (!partial) throw new CaptureError(reason)
    return captureApart(request, reason)
  }
}

async function captureApart(request: CaptureRequest, reason: CaptureFailure): Promise<Captured> {
  const [microphone, camera] = [
    await captureOne({ ...request, camera: false }), await captureOne({ ...request, microphone: false }),
  ]
  if (microphone.track === null && camera.track === null) throw new CaptureError(reason)
  return {
    microphone: microphone.track, camera: camera.track, microphoneFailure: microphone.failure, cameraFailure: camera.failure,
  }
}

async function captureOne(request: CaptureRequest): Promise<{ track: MediaStreamTrack | null; failure: CaptureFailure | null }> {
  try {
    const stream = await getUserMedia(request)
    return { track: stream.getTracks()[0] ?? null, failure: null }
  } catch (error) {
    return { track: null, failure: failureOf(error) }
  }
}

export function failureOf(error: unknown): CaptureFailure {
  return captureFailureOf(error, surroundings())
}

async function getUserMedia(request: CaptureRequest): Promise<MediaStream> {
  const around = surroundings()
  if (!around.hasApi) throw new CaptureError(around.secure ? 'unsupported' : 'insecure')
  return navigator.mediaDevices.getUserMedia({
    audio: request.microphone && {
      echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...exactly(request.microphoneId),
    },
    video: request.camera && { ...pictureSize, ...cameraChoice(request) },
  })
}

function cameraChoice(request: CaptureRequest): MediaTrackConstraints {
  if (request.cameraId !== undefined && request.cameraId !== null) return exactly(request.cameraId)
  return { facingMode: { ideal: request.facing ?? 'environment' } }
}

function exactly(deviceId: string | null | undefined): MediaTrackConstraints {
  return deviceId === undefined || deviceId === null ? {} : { deviceId: { exact: deviceId } }
}

function tracksOf(stream: MediaStream): Captured {
  return {
    microphone: stream.getAudioTracks()[0] ?? null, camera: stream.getVideoTracks()[0] ?? null,
    microphoneFailure: null, cameraFailure: null,
  }
}

const deviceKinds: Readonly<Record<MediaDeviceKind, Device['kind']>> = { audioinput: 'microphone', videoinput: 'camera', audiooutput: 'speaker' }

/** Labels are empty until a permission was given. */
export async function listDevices(): Promise<readonly Device[]> {
  if (typeof navigator.mediaDevices?.enumerateDevices !== 'function') return []
  const found = await navigator.mediaDevices.enumerateDevices()
  return found.map((device) => ({ id: device.deviceId, label: device.label, kind: deviceKinds[device.kind] }))
}

/** Plugging in a headset or losing a camera. */
export function onDevicesChanged(listener: () => void): () => void {
  navigator.mediaDevices?.addEventListener('devicechange', listener)
  return () => navigator.mediaDevices?.removeEventListener('devicechange', listener)
}
