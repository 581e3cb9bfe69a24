import type { TicketPage, TicketSummary } from '@/contracts/generated'
import type { TicketStatusFilter } from '../api/deskApi'

/** The list as shown, latest change first. Rows keep their place on live updates; what was not listed comes in at the top. */
export type QueueList = {
  readonly status: TicketStatusFilter
  readonly query: string
  readonly items: readonly TicketSummary[]
  readonly nextCursor: string | null
  readonly openCount: number
}

export const emptyList: QueueList = { status: 'open', query: '', items: [], nextCursor: null, openCount: 0 }

export function withFirstPage(list: QueueList, page: TicketPage): QueueList {
  return { ...list, items: page.items, nextCursor: page.nextCursor, openCount: page.openCount }
}

/** Tickets that moved between two pages while we read would appear twice: the first place wins. */
export function withNextPage(list: QueueList, page: TicketPage): QueueList {
  const known = new Set(list.items.map((item) => item.ticketId))
  const added = page.items.filter((item) => !known.has(item.ticketId))
  return { ...list, items: [...list.items, ...added], nextCursor: page.nextCursor, openCount: page.openCount }
}

/**
 * A live update. A row that no longer fits the filter leaves unless it is the selected one: what somebody is working on
 * must not vanish under the cursor.
 */
export function withTicket(list: QueueList, ticket: TicketSummary, selectedId: string | null): QueueList {
  const before = list.items.find((item) => item.ticketId === ticket.ticketId)
  const openCount = list.openCount + openCountChange(before, ticket)
  const fits = list.status === 'all' || ticket.status === list.status
  if (before !== undefined) {
    const keep = fits || ticket.ticketId === selectedId
    const items = keep
      ? list.items.map((item) => (item.ticketId === ticket.ticketId ? ticket : item))
      : list.items.filter((item) => item.ticketId !== ticket.ticketId)
    return { ...list, items, openCount }
  }
  if (!fits || !matches(ticket, list.query)) return { ...list, openCount }
  return { ...list, items: [ticket, ...list.items], openCount }
}

/** The neighbour `step` rows away; the first row when nothing is selected. Stops at both ends. */
export function neighbour(list: QueueList, selectedId: string | null, step: 1 | -1): TicketSummary | null {
  const index = list.items.findIndex((item) => item.ticketId === selectedId)
  if (index === -1) return list.items[0] ?? null
  return list.items[index + step] ?? list.items[index] ?? null
}

/** Unknown rows count only when they are new: an older page's row was counted by the server already. */
function openCountChange(before: TicketSummary | undefined, after: TicketSummary): number {
  if (before === undefined) return after.status === 'open' && after.openedAt === after.updatedAt ? 1 : 0
  if (before.status === after.status) return 0
  return after.status === 'open' ? 1 : -1
}

function matches(ticket: TicketSummary, query: string): boolean {
  const wanted = query.trim().toLowerCase()
  if (wanted === '') return true
  return `${ticket.number} ${ticket.subject} ${ticket.buyerName}`.toLowerCase().includes(wanted)
}
