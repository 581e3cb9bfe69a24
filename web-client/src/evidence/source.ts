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

  constructor(readonly reason: Extract<Reason, 'missing' | 'unreachable' | 'erased' | 'unreadable' | 'not_sealed' | 'digest_differs'>) {
    super(reason)
  }
}

/**
 * Reads over HTTP. 404 is missing, 410 erased, 409 not sealed yet, 422 changed in the store; anything else may be there another time. A body that breaks off is asked for again from
 * there: the server can say only then that it is what it holds that broke, and not the network.
 */
export async function* fetchBytes(url: string, request: typeof fetch): AsyncGenerator<Bytes> {
  for (let [from, before] = [0, -1]; from > before;) {
    before = from
    const reader = (await answered(url, request, from)).body?.getReader()
    if (reader === undefined) return
    let next = await reader.read().catch(() => null)
    while (next?.done === false) {
      from += next.value.length
      yield next.value
      next = await reader.read().catch(() => null)
    }
    if (next !== null) return
  }
  throw new SourceError('unreachable')
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

async function answered(url: string, request: typeof fetch, from = 0): Promise<Response> {
  // Not from the cache: what is checked is what the server holds now.
  const response = await request(url, { credentials: 'same-origin', cache: 'no-store', ...(from > 0 ? { headers: { range: `bytes=${from}-` } } : {}) })
    .catch(() => { throw new SourceError('unreachable') })
  if (response.status === (from > 0 ? 206 : 200)) return response
  switch (response.status) {
    case 404: throw new SourceError('missing')
    case 409: throw new SourceError('not_sealed')
    case 410: throw new SourceError('erased')
    case 422: throw new SourceError('digest_differs')
    default: throw new SourceError('unreachable')
  }
}
