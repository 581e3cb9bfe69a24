import { sendStill } from '@/signalling/stills'
import { StillCamera } from './still-camera'

export type StillsPort = {
  /** A photo of at most so many bytes; null when the camera gives none now. */
  take(track: MediaStreamTrack, maxBytes: number): Promise<Blob | null>
  /** Throws ProblemError. */
  send(image: Blob): Promise<void>
  /** Photos are over for now. */
  rest(): void
}

/** Photos off the camera to this address of our server. */
export function stillsTo(path: () => string): StillsPort {
  const camera = new StillCamera()
  return { take: (track, maxBytes) => camera.take(track, maxBytes), send: (image) => sendStill(path(), image), rest: () => camera.rest() }
}
