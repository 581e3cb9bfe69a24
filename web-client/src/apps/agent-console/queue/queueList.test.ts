import { describe, expect, it } from 'vitest'
import type { TicketSummary } from '@/contracts/generated'
import { emptyList, neighbour, withFirstPage, withNextPage, withTicket, type QueueList } from './queueList'

const ticket = (ticketId: string, more: Partial<TicketSummary> = {}): TicketSummary => ({
  ticketId, number: `T-${ticketId}`, status: 'open', subject: `subject ${ticketId}`, buyerName: '王**', problemType: 'product', platform: 'jd',
  openedAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-02T00:00:00Z', activeCallId: null, recordingCount: 0, ...more,
})
const page = (ids: readonly string[], nextCursor: string | null = null) => ({ items: ids.map((id) => ticket(id)), nextCursor, openCount: 5 })
const list: QueueList = withFirstPage(emptyList, page(['1', '2', '3'], 'more'))
const ids = (of: QueueList): string[] => of.items.map((item) => item.ticketId)

describe('The ticket list', () => {
  it('keeps each row in its place when it changes', () => {
    const changed = withTicket(list, ticket('3', { subject: 'new words' }), null)
    expect(ids(changed)).toEqual(['1', '2', '3'])
    expect(changed.items[2]?.subject).toBe('new words')
    expect(changed.items[0]).toBe(list.items[0])
  })

  it('takes in a new ticket at the top and counts it', () => {
    const changed = withTicket(list, ticket('9', { updatedAt: '2026-01-01T00:00:00Z' }), null)
    expect(ids(changed)).toEqual(['9', '1', '2', '3'])
    expect(changed.openCount).toBe(6)
  })

  it('lets a closed ticket go, but not from under the agent who works on it', () => {
    const closed = ticket('2', { status: 'closed' })
    expect(ids(withTicket(list, closed, null))).toEqual(['1', '3'])
    expect(ids(withTicket(list, closed, '2'))).toEqual(['1', '2', '3'])
    expect(withTicket(list, closed, '2').openCount).toBe(4)
  })

  it('takes in only what fits the search', () => {
    const searching = { ...list, query: 'blender' }
    expect(ids(withTicket(searching, ticket('9'), null))).toEqual(['1', '2', '3'])
    expect(ids(withTicket(searching, ticket('9', { subject: 'The BLENDER leaks' }), null))).toEqual(['9', '1', '2', '3'])
  })

  it('shows a ticket once although it moved to the next page meanwhile', () => {
    expect(ids(withNextPage(list, page(['3', '4'])))).toEqual(['1', '2', '3', '4'])
    expect(withNextPage(list, page(['4'])).nextCursor).toBeNull()
  })

  it('moves by one row and stops at both ends', () => {
    expect(neighbour(list, '1', 1)?.ticketId).toBe('2')
    expect(neighbour(list, '1', -1)?.ticketId).toBe('1')
    expect(neighbour(list, '3', 1)?.ticketId).toBe('3')
    expect(neighbour(list, null, 1)?.ticketId).toBe('1')
    expect(neighbour(emptyList, null, 1)).toBeNull()
  })
})
