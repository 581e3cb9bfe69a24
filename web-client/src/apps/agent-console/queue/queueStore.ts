import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { TicketSummary } from '@/contracts/generated'
import type { TicketStatusFilter } from '../api/deskApi'
import type { ProblemError } from '@/signalling/problem'
import { useServices } from '../services'
import { emptyList, neighbour, withFirstPage, withNextPage, withTicket } from './queueList'

const pageSize = 50

export type QueuePhase = 'loading' | 'ready' | 'failed'

export const useQueueStore = defineStore('queue', () => {
  const { api } = useServices()
  const list = shallowRef(emptyList)
  const phase = ref<QueuePhase>('loading')
  const error = shallowRef<ProblemError | null>(null)
  const loadingMore = ref(false)
  const moreFailed = ref(false)
  /** The ticket on the page. */
  const selectedId = ref<string | null>(null)
  /** The row the keys stand on; Enter opens it. */
  const cursorId = ref<string | null>(null)
  let latest = 0

  /** `quiet` keeps the rows on screen while reading again: after a reconnect nothing should flash. */
  async function load(quiet = false): Promise<void> {
    const mine = ++latest
    if (!quiet) phase.value = 'loading'
    const { status, query } = list.value
    const result = await api.tickets({ status, query, cursor: null, limit: pageSize })
    if (mine !== latest) return
    if (result.ok) {
      list.value = withFirstPage(list.value, result.value)
      phase.value = 'ready'
      error.value = null
    } else if (!quiet || phase.value !== 'ready') {
      error.value = result.error
      phase.value = 'failed'
    }
  }

  async function loadMore(): Promise<void> {
    const { status, query, nextCursor } = list.value
    if (nextCursor === null || loadingMore.value) return
    loadingMore.value = true
    moreFailed.value = false
    const result = await api.tickets({ status, query, cursor: nextCursor, limit: pageSize })
    loadingMore.value = false
    if (list.value.nextCursor !== nextCursor) return
    if (result.ok) list.value = withNextPage(list.value, result.value)
    else moreFailed.value = true
  }

  function show(status: TicketStatusFilter, query: string): void {
    const narrowed = query.trim()
    if (status === list.value.status && narrowed === list.value.query) return
    list.value = { ...list.value, status, query: narrowed, items: status === list.value.status ? list.value.items : [] }
    void load(status === list.value.status && list.value.items.length > 0)
  }

  function receive(ticket: TicketSummary): void {
    list.value = withTicket(list.value, ticket, selectedId.value)
  }

  function move(step: 1 | -1): TicketSummary | null {
    const row = neighbour(list.value, cursorId.value ?? selectedId.value, step)
    if (row !== null) cursorId.value = row.ticketId
    return row
  }

  function select(ticketId: string | null): void {
    selectedId.value = ticketId
    cursorId.value = ticketId
  }

  return { list, phase, error, loadingMore, moreFailed, selectedId, cursorId, load, loadMore, show, receive, move, select }
})
