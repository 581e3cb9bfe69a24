import { problemCodes, type ProblemCode } from '@/contracts/generated'

/** The server's stable codes, and what can go wrong before it could answer. */
export type ProblemReason = ProblemCode | 'network' | 'timeout' | 'unreadable' | 'session.rejoin'

export class ProblemError extends Error {
  override readonly name = 'ProblemError'

  constructor(
    readonly reason: ProblemReason,
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    readonly detail = '',
    /** Seconds from Retry-After; null when the server did not say. */
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(detail === '' ? reason : `${reason}: ${detail}`)
  }
}

const extraReasons: readonly ProblemReason[] = ['session.rejoin']

/** An unknown code means a newer server: 'server.unexpected' keeps the page's switch complete. */
export function toReason(code: unknown, fallback: ProblemReason = 'server.unexpected'): ProblemReason {
  return problemCodes.find((known) => known === code) ?? extraReasons.find((known) => known === code) ?? fallback
}

export function reasonOf(error: unknown): ProblemReason {
  return error instanceof ProblemError ? error.reason : 'server.unexpected'
}

/** Reads application/problem+json (RFC 9457); a body that is something else is judged by its status. */
export function problemFrom(status: number, body: unknown, retryAfter: string | null): ProblemError {
  const record = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const detail = typeof record.detail === 'string' ? record.detail : ''
  return new ProblemError(toReason(record.code, reasonOfStatus(status)), status, detail, secondsOf(retryAfter))
}

function reasonOfStatus(status: number): ProblemReason {
  switch (status) {
    case 401: return 'session.unauthenticated'
    case 403: return 'session.forbidden'
    case 404: return 'request.not_found'
    case 413: return 'request.too_large'
    case 429: return 'request.too_many'
    case 502:
    case 503:
    case 504: return 'server.unavailable'
    default: return status >= 500 ? 'server.unexpected' : 'request.invalid'
  }
}

function secondsOf(retryAfter: string | null): number | null {
  if (retryAfter === null || retryAfter.trim() === '') return null
  const seconds = Number(retryAfter)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null
}
