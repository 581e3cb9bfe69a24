import type { Bytes } from './bytes'
import type { Reason } from './verification'

/** Where the check gets its bytes from. Every method may throw a SourceError. */
export type EvidenceSource = {
  manifest(): Promise<unknown>
  keys(): Promise<unknown>
  checkpoints(): Promise<unknown>
  segment(name: string): AsyncIterable<Bytes>
  file(name: string): AsyncIterable<Bytes>
}

export class SourceError extends Error {
  override readonly name = 'SourceError'

  constructor(readonly reason: Extract<Reason, 'missing' | 'unreachable' | 'erased' | 'unreadable' | 'not_sealed'>) {
    super(reason)
  }
}

/** Reads over HTTP. 404 is missing, 410 erased, 409 not sealed yet; anything else may be there another time. */
export async function* fetchBytes(url: string, request: typeof fetch): AsyncGenerator<Bytes> {
  const response = await answered(url, request)
  const reader = response.body?.getReader()
  if (reader === undefined) return
  for (;;) {
    const { done, value } = await reader.read().catch(() => { throw new SourceError('unreachable') })
    if (done) return
    yield value
  }
}

export async function fetchJson(url: string, request: typeof fetch): Promise<unknown> {
  const response = await answered(url, request)
  const text = await response.text().catch(() => { throw new SourceError('unreachable') })
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new SourceError('unreadable')
  }
}

async function answered(url: string, request: typeof fetch): Promise<Response> {
  // Not from the cache: what is checked is what the server holds now.
  const response = await request(url, { credentials: 'same-origin', cache: 'no-store' }).catch(() => { throw new SourceError('unreachable') })
  if (response.ok) return response
  switch (response.status) {
    case 404: throw new SourceError('missing')
    case 409: throw new SourceError('not_sealed')
    case 410: throw new SourceError('erased')
    default: throw new SourceError('unreachable')
  }
}
