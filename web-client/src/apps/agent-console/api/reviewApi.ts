import type { CustodyView, ErasureRequest, HoldRequest, RetentionPolicy, ReviewListView, ReviewView, StorageView, ViewedRange } from '@/contracts/generated'
import { isString, listOf, shape } from '@/contracts/guards'
import { anything } from '@/signalling/http'
import type { Http, Result } from './http'
import { isCustody, isRetention, isReview, isReviewList, isStorage } from './reviewGuards'

export type CaseQuery = {
  readonly query: string
  /** A recording's state, or "all". */
  readonly state: string
  readonly cursor: string | null
}

/** Requests of the review pages, by name. */
export class ReviewApi {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  /** The server looks for ticket numbers and states; words and holds are looked for in what it gives (caseFilter). */
  cases(query: CaseQuery): Promise<Result<ReviewListView>> {
    const search = new URLSearchParams()
    const number = /^t?-?\s*(\d{1,15})$/i.exec(query.query)?.[1]
    if (number !== undefined) search.set('ticketNumber', `T-${number}`)
    if (query.state !== 'all') search.set('state', query.state)
    if (query.cursor !== null) search.set('cursor', query.cursor)
    return this.#http.send('GET', `/api/review/recordings?${search.toString()}`, isReviewList)
  }

  /** A file's address for saving it, which is a line in the custody log. */
  downloadUrl(url: string): string {
    return `${url}?download=1`
  }

  /** @param viewId of the viewing that goes on; null begins one, which is a line in the custody log. */
  review(recordingId: string, viewId: string | null): Promise<Result<ReviewView>> {
    const more = viewId === null ? '' : `?${new URLSearchParams({ viewId }).toString()}`
    return this.#http.send('GET', `${recordingPath(recordingId)}/review${more}`, isReview)
  }

  /** What exists of a call's recording so far: cheap to ask, and no viewing. */
  async made(callId: string): Promise<string | null> {
    const result = await this.#http.send('GET', `/api/calls/${encodeURIComponent(callId)}/recording`, isMade)
    return result.ok ? `${result.value.state} ${result.value.files.map((file) => file.name).join(' ')}` : null
  }

  async isSealed(recordingId: string): Promise<boolean> {
    return (await this.#http.send('GET', `${recordingPath(recordingId)}/manifest`, anything)).ok
  }

  viewed(recordingId: string, viewId: string, ranges: readonly ViewedRange[]): Promise<Result<unknown>> {
    return this.#http.send('POST', viewsPath(recordingId), anything, { viewId, ranges })
  }

  custody(recordingId: string): Promise<Result<CustodyView>> {
    return this.#http.send('GET', `${recordingPath(recordingId)}/custody`, isCustody)
  }

  requestCourtCopy(recordingId: string): Promise<Result<unknown>> {
    return this.#http.send('POST', `${recordingPath(recordingId)}/court-copy`, anything)
  }

  hold(recordingId: string, request: HoldRequest): Promise<Result<unknown>> {
    return this.#http.send('POST', `${recordingPath(recordingId)}/holds`, anything, request)
  }

  release(recordingId: string, holdId: string): Promise<Result<unknown>> {
    return this.#http.send('DELETE', `${recordingPath(recordingId)}/holds/${encodeURIComponent(holdId)}`, anything)
  }

  erase(recordingId: string, request: ErasureRequest): Promise<Result<unknown>> {
    return this.#http.send('POST', `${recordingPath(recordingId)}/erasure`, anything, request)
  }

  retention(): Promise<Result<RetentionPolicy>> {
    return this.#http.send('GET', '/api/admin/retention', isRetention)
  }

  saveRetention(policy: RetentionPolicy): Promise<Result<unknown>> {
    return this.#http.send('PUT', '/api/admin/retention', anything, policy)
  }

  storage(): Promise<Result<StorageView>> {
    return this.#http.send('GET', '/api/admin/storage', isStorage)
  }

  /** A JSON document of the player: storyboard, waveform. */
  document(url: string): Promise<Result<unknown>> {
    return this.#http.send('GET', url, anything)
  }
}

const isMade = shape<{ state: string; files: readonly { name: string }[] }>({ state: isString, files: listOf(shape<{ name: string }>({ name: isString })) })

/** Where everything of one recording is asked for. */
export const recordingPath = (recordingId: string): string => `/api/recordings/${encodeURIComponent(recordingId)}`
export const evidenceKeysPath = '/.well-known/aftersales-evidence-keys.json'

/** Also the address of the last words a page says while it is closed (sendBeacon). */
export const viewsPath = (recordingId: string): string => `${recordingPath(recordingId)}/views`
