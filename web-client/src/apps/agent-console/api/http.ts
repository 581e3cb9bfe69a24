import type { Guard } from '@/contracts/guards'
import type { HttpClient} from '@/signalling/http';
import { type HttpMethod } from '@/signalling/http'
import { ProblemError, type ProblemReason } from '@/signalling/problem'

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ProblemError }

export const ok = <T>(value: T): Result<T> => ({ ok: true, value })
export const failed = (error: ProblemError): Result<never> => ({ ok: false, error })

export function hasReason<T>(result: Result<T>, reason: ProblemReason): boolean {
  return !result.ok && result.error.reason === reason
}

export function isOffline(error: ProblemError): boolean {
  return error.reason === 'network' || error.reason === 'timeout'
}

/**
 * The shared client with refusals as values. `onUnauthenticated` hears of each 401, so that one place decides what an
 * ended session means.
 */
export class Http {
  onUnauthenticated: () => void = () => undefined

  readonly #client: HttpClient

  constructor(client: HttpClient) {
    this.#client = client
  }

  async send<T>(method: HttpMethod, path: string, guard: Guard<T>, body?: unknown): Promise<Result<T>> {
    try {
      return ok(await this.#client.request(method, path, body, guard))
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      if (error.reason === 'session.unauthenticated') this.onUnauthenticated()
      return failed(error)
    }
  }
}
