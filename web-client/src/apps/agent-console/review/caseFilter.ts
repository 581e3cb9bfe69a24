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
