import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { CallView, DeskMessage, PhotoView, TicketView } from '@/contracts/generated'
import type { ProblemError } from '@/signalling/problem'
import { hasReason } from '../api/http'
import { useServices } from '../services'

export type TicketPhase = 'none' | 'loading' | 'ready' | 'not_found' | 'failed'

/** Tickets read lately, so that opening one again (or after hovering it) is instant. */
const rememberedTickets = 24

export const useTicketStore = defineStore('ticket', () => {
  const { api } = useServices()
  const ticket = shallowRef<TicketView | null>(null)
  const phase = ref<TicketPhase>('none')
  const error = shallowRef<ProblemError | null>(null)
  const remembered = new Map<string, TicketView>()
  let wanted: string | null = null
  let reads = 0
  let pushes = 0

  async function open(ticketId: string | null): Promise<void> {
    wanted = ticketId
    error.value = null
    if (ticketId === null) return close()
    const known = remembered.get(ticketId)
    ticket.value = known ?? null
    phase.value = known === undefined ? 'loading' : 'ready'
    await read(ticketId)
  }

  function close(): void {
    ticket.value = null
    phase.value = 'none'
  }

  /** The answer to the latest question counts. What was pushed while it was under way may be newer: then it is asked for again. */
  async function read(ticketId: string): Promise<void> {
    const [mine, before] = [++reads, pushes]
    const result = await api.ticket(ticketId)
    if (wanted === ticketId && mine !== reads) return
    if (wanted === ticketId && before !== pushes && result.ok) return read(ticketId)
    if (result.ok) remember(result.value)
    if (wanted !== ticketId) return
    if (result.ok) {
      ticket.value = result.value
      phase.value = 'ready'
    } else if (hasReason(result, 'ticket.not_found')) {
      ticket.value = null
      phase.value = 'not_found'
    } else if (ticket.value === null) {
      error.value = result.error
      phase.value = 'failed'
    }
  }

  async function refresh(): Promise<void> {
    if (wanted !== null) await read(wanted)
  }

  async function prefetch(ticketId: string): Promise<void> {
    if (remembered.has(ticketId)) return
    const result = await api.ticket(ticketId)
    if (result.ok) remember(result.value)
  }

  function receive(message: DeskMessage): void {
    switch (message.type) {
      case 'ticket_changed':
        return receiveSummary(message.ticket.ticketId, message.ticket.updatedAt)
      case 'call_changed':
        return put(message.call.ticketId, (view) => ({ ...view, calls: withCall(view.calls, message.call) }))
      case 'photo_received':
        return put(message.ticketId, (view) => ({ ...view, photos: withPhoto(view.photos, message.photo) }))
    }
  }

  /** The summary says only that something changed; the shown ticket is read again, others are forgotten. */
  function receiveSummary(ticketId: string, updatedAt: string): void {
    if (ticketId === wanted && ticket.value?.updatedAt !== updatedAt) void read(ticketId)
    else if (ticketId !== wanted) remembered.delete(ticketId)
  }

  function put(ticketId: string, change: (view: TicketView) => TicketView): void {
    const known = ticket.value?.ticketId === ticketId ? ticket.value : remembered.get(ticketId)
    if (known === undefined) return
    pushes++
    const changed = change(known)
    remember(changed)
    if (wanted === ticketId) ticket.value = changed
  }

  function remember(view: TicketView): void {
    remembered.delete(view.ticketId)
    remembered.set(view.ticketId, view)
    const oldest = remembered.keys().next()
    if (remembered.size > rememberedTickets && oldest.done !== true) remembered.delete(oldest.value)
  }

  return { ticket, phase, error, open, refresh, prefetch, receive, put }
})

export function withCall(calls: readonly CallView[], call: CallView): readonly CallView[] {
  const known = calls.some((item) => item.callId === call.callId)
  return known ? calls.map((item) => (item.callId === call.callId ? call : item)) : [call, ...calls]
}

export function withPhoto(photos: readonly PhotoView[], photo: PhotoView): readonly PhotoView[] {
  return photos.some((item) => item.photoId === photo.photoId) ? photos : [...photos, photo]
}
