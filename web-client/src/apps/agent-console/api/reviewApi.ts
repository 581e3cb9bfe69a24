import type { CustodyView, ErasureRequest, HoldRequest, RetentionPolicy, ReviewListView, ReviewView, StorageView, ViewedRange } from '@/contracts/generated'
import { anything } from '@/signalling/http'
import type { Http, Result } from './http'
import { isCustody, isRetention, isReview, isReviewList, isStorage } from './reviewGuards'

export type CaseQuery = {
  readonly query: string
  /** A recording's state, or "all". */
  readonly state: string
  readonly onHold: boolean
  readonly cursor: string | null
}

/** Requests of the review pages, by name. */
export class ReviewApi {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  cases(query: CaseQuery): Promise<Result<ReviewListView>> {
    const search = new URLSearchParams()
    const number = /^t?-?\s*(\d{1,15})$/i.exec(query.query)?.[1]
    if (number !== undefined) search.set('ticketNumber', number)
    else if (query.query !== '') search.set('query', query.query)
    if (query.state !== 'all') search.set('state', query.state)
    if (query.onHold) search.set('onHold', 'true')
    if (query.cursor !== null) search.set('cursor', query.cursor)
    return this.#http.send('GET', `/api/review/recordings?${search.toString()}`, isReviewList)
  }

  /** @param viewId of the viewing that goes on; null begins one, which is a line in the custody log. */
  review(recordingId: string, viewId: string | null): Promise<Result<ReviewView>> {
    const more = viewId === null ? '' : `?${new URLSearchParams({ viewId }).toString()}`
    return this.#http.send('GET', `${recording(recordingId)}/review${more}`, isReview)
  }

  viewed(recordingId: string, viewId: string, ranges: readonly ViewedRange[]): Promise<Result<unknown>> {
    return this.#http.send('POST', viewsPath(recordingId), anything, { viewId, ranges })
  }

  custody(recordingId: string): Promise<Result<CustodyView>> {
    return this.#http.send('GET', `${recording(recordingId)}/custody`, isCustody)
  }

  requestCourtCopy(recordingId: string): Promise<Result<unknown>> {
    return this.#http.send('POST', `${recording(recordingId)}/court-copy`, anything)
  }

  hold(recordingId: string, request: HoldRequest): Promise<Result<unknown>> {
    return this.#http.send('POST', `${recording(recordingId)}/holds`, anything, request)
  }

  release(recordingId: string, holdId: string): Promise<Result<unknown>> {
    return this.#http.send('DELETE', `${recording(recordingId)}/holds/${encodeURIComponent(holdId)}`, anything)
  }

  erase(recordingId: string, request: ErasureRequest): Promise<Result<unknown>> {
    return this.#http.send('POST', `${recording(recordingId)}/erasure`, anything, request)
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

const recording = (recordingId: string): string => `/api/recordings/${encodeURIComponent(recordingId)}`

/** Also the address of the last words a page says while it is closed (sendBeacon). */
export const viewsPath = (recordingId: string): string => `${recording(recordingId)}/views`
