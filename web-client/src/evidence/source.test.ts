import { describe, expect, it } from 'vitest'
import { fetchBytes, SourceError } from './source'

const file = Uint8Array.from({ length: 10 }, (_, i) => i)

/** Answers from a byte on, breaking off where told, as a server does that meets a changed chunk. */
function server(breaksAt: number, again: (from: number) => Response): { readonly request: typeof fetch; readonly asked: number[] } {
  const asked: number[] = []
  const request = (_: unknown, init?: RequestInit): Promise<Response> => {
    const from = Number(/bytes=(\d+)-/.exec(new Headers(init?.headers).get('range') ?? 'bytes=0-')?.[1])
    asked.push(from)
    return Promise.resolve(from >= breaksAt ? again(from) : new Response(broken(file.subarray(from, breaksAt)), { status: from === 0 ? 200 : 206 }))
  }
  return { request: request, asked }
}

function broken(bytes: Uint8Array): ReadableStream<Uint8Array> {
  const left = [bytes]
  return new ReadableStream({
    pull(controller) {
      const next = left.pop()
      if (next === undefined) controller.error(new TypeError('network error'))
      else controller.enqueue(next)
    },
  })
}

async function read(request: typeof fetch): Promise<readonly number[]> {
  const bytes: number[] = []
  for await (const some of fetchBytes('/file', request)) bytes.push(...some)
  return bytes
}

const reasonOf = (request: typeof fetch): Promise<unknown> => read(request).catch((error: unknown) => (error instanceof SourceError ? error.reason : error))

describe('reading evidence over HTTP', () => {
  it('goes on where a connection broke', async () => {
    const { request, asked } = server(4, (from) => new Response(file.slice(from), { status: 206 }))
    expect(await read(request)).toEqual([...file])
    expect(asked).toEqual([0, 4])
  })

  it('says that the store changed when the server says so of the rest', async () => {
    expect(await reasonOf(server(4, () => new Response('{}', { status: 422 })).request)).toBe('digest_differs')
    expect(await reasonOf(server(0, () => new Response('{}', { status: 422 })).request)).toBe('digest_differs')
  })

  it('gives up on a server that sends nothing more', async () => {
    expect(await reasonOf(server(4, () => new Response(broken(new Uint8Array()), { status: 206 })).request)).toBe('unreachable')
  })

  it('does not take the whole for the rest', async () => {
    expect(await reasonOf(server(4, () => new Response(file, { status: 200 })).request)).toBe('unreachable')
  })
})
