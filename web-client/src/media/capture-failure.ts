/** Why the browser gave no camera or microphone, in the terms of what a person can do about it. */
export const captureFailures = [
  /** The person (or an earlier choice) said no. */
  'denied',
  /** The dialog was closed without an answer: asking again helps. */
  'dismissed',
  /** The operating system keeps the browser from it. */
  'denied_by_system',
  'no_device',
  /** Another app or tab holds it. */
  'busy',
  /** Not HTTPS: the browser hides the API. */
  'insecure',
  /** This browser (often inside another app) has no camera API. */
  'unsupported',
  'unknown',
] as const
export type CaptureFailure = (typeof captureFailures)[number]

export class CaptureError extends Error {
  override readonly name = 'CaptureError'
  constructor(readonly reason: CaptureFailure) { super(reason) }
}

export type CaptureSurroundings = { readonly secure: boolean; readonly hasApi: boolean }

/** Names by the Media Capture specification, the older ones of WebKit, and Chromium's messages where a name means two things. */
export function captureFailureOf(error: unknown, surroundings: CaptureSurroundings): CaptureFailure {
  if (error instanceof CaptureError) return error.reason
  if (!surroundings.hasApi) return surroundings.secure ? 'unsupported' : 'insecure'
  const { name, message } = namedError(error)
  switch (name) {
    case 'NotAllowedError':
    case 'PermissionDeniedError': return refusalOf(message)
    case 'SecurityError': return surroundings.secure ? 'denied' : 'insecure'
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError': return 'no_device'
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError': return 'busy'
    case 'TypeError':
    case 'NotSupportedError': return surroundings.secure ? 'unsupported' : 'insecure'
    default: return 'unknown'
  }
}

function refusalOf(message: string): CaptureFailure {
  if (/dismissed/i.test(message)) return 'dismissed'
  if (/system/i.test(message)) return 'denied_by_system'
  return 'denied'
}

function namedError(error: unknown): { name: string; message: string } {
  if (typeof error !== 'object' || error === null) return { name: '', message: '' }
  const { name, message } = error as { name?: unknown; message?: unknown }
  return { name: typeof name === 'string' ? name : '', message: typeof message === 'string' ? message : '' }
}
