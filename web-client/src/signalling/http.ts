import type { Guard } from '@/contracts/guards'
import { problemFrom, ProblemError } from './problem'

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE'

export type HttpOptions = {
  readonly fetch?: typeof fetch
  /** 15 s: longer than any of our handlers, shorter than a person's patience. */
  readonly timeoutMs?: number
}

/** What uploads report while they run: 0..1. */
export type Progress = (fraction: number) => void

/** JSON over HTTP on our own origin, by cookie. Every refusal is a ProblemError. */
export class HttpClient {
  private readonly fetch: typeof fetch
  private readonly timeoutMs: number

  constructor(options: HttpOptions = {}) {
    this.fetch = options.fetch ?? globalThis.fetch.bind(globalThis)
    this.timeoutMs = options.timeoutMs ?? 15_000
  }

  get<T>(path: string, guard: Guard<T>): Promise<T> {
    return this.request('GET', path, undefined, guard)
  }

  post<T>(path: string, body: unknown, guard: Guard<T>): Promise<T> {
    return this.request('POST', path, body, guard)
  }

  put<T>(path: string, body: unknown, guard: Guard<T>): Promise<T> {
    return this.request('PUT', path, body, guard)
  }

  delete<T>(path: string, guard: Guard<T>): Promise<T> {
    return this.request('DELETE', path, undefined, guard)
  }

  async request<T>(method: HttpMethod, path: string, body: unknown, guard: Guard<T>): Promise<T> {
    const response = await this.send(method, path, body)
    const answer = await bodyOf(response)
    if (!response.ok) throw problemFrom(response.status, answer, response.headers.get('Retry-After'))
    if (!guard(answer)) throw new ProblemError('unreadable', response.status, `${method} ${path}`)
    return answer
  }

  private async send(method: HttpMethod, path: string, body: unknown): Promise<Response> {
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), this.timeoutMs)
    try {
      return await this.fetch(path, {
        method,
        credentials: 'same-origin',
        signal: abort.signal,
        headers: body === undefined ? { Accept: 'application/json' } : { Accept: 'application/json', 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch (error) {
      throw new ProblemError(abort.signal.aborted ? 'timeout' : 'network', 0, error instanceof Error ? error.message : '')
    } finally {
      clearTimeout(timer)
    }
  }
}

/** For answers whose body does not matter (204, or one nobody reads). */
export const anything: Guard<unknown> = (value): value is unknown => value === value

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text().catch(() => '')
  if (text === '') return null
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

/** multipart upload with progress: fetch cannot report upload progress in today's browsers, XMLHttpRequest can. */
export function upload<T>(path: string, form: FormData, guard: Guard<T>, progress: Progress, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', path)
    request.setRequestHeader('Accept', 'application/json')
    request.timeout = 120_000
    request.upload.onprogress = (event) => { if (event.lengthComputable) progress(event.loaded / event.total) }
    request.onerror = () => reject(new ProblemError('network', 0))
    request.onabort = () => reject(new ProblemError('network', 0, 'aborted'))
    request.ontimeout = () => reject(new ProblemError('timeout', 0))
    request.onload = () => {
      const answer = parsed(request.responseText)
      if (request.status >= 300) reject(problemFrom(request.status, answer, request.getResponseHeader('Retry-After')))
      else if (guard(answer)) resolve(answer)
      else reject(new ProblemError('unreadable', request.status, path))
    }
    signal?.addEventListener('abort', () => request.abort(), { once: true })
    request.send(form)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
