import type { ReviewCaseView } from '@/contracts/generated'
import type { LocationQuery, LocationQueryRaw } from 'vue-router'

/** States worth looking for; the server knows more. */
export const caseStates = ['all', 'ready', 'partial', 'muxing', 'failed', 'erased'] as const
export type CaseFilter = { query: string; state: string; onHold: boolean }

/** The filter as it stands in the page's address. */
export function queryOf(route: LocationQuery): CaseFilter {
  const text = (value: LocationQuery[string]): string => (typeof value === 'string' ? value : '')
  return { query: text(route.q ?? '').slice(0, 80), state: caseStates.find((state) => state === route.state) ?? 'all', onHold: route.held === '1' }
}

export function routeOf(filter: CaseFilter): LocationQueryRaw {
  return { ...(filter.query === '' ? {} : { q: filter.query }), ...(filter.state === 'all' ? {} : { state: filter.state }), ...(filter.onHold ? { held: '1' } : {}) }
}

/** Words and holds, in what the server gave: all words must occur somewhere. A ticket's number is the server's business. */
export function matching(cases: readonly ReviewCaseView[], filter: CaseFilter): readonly ReviewCaseView[] {
  const words = /^t?-?\s*\d+$/i.test(filter.query) ? [] : filter.query.toLowerCase().split(/\s+/).filter((word) => word !== '')
  return cases.filter((one) => (!filter.onHold || one.onHold) && words.every((word) => `t-${one.ticketNumber} ${one.subject} ${one.buyerName} ${one.agentName}`.toLowerCase().includes(word)))
}
