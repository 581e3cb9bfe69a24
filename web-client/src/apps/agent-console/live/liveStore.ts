import { defineStore } from 'pinia'
import { ref } from 'vue'
import { DeskHub } from '@/signalling/desk-hub'
import { useQueueStore } from '../queue/queueStore'
import { useServices } from '../services'
import { useTicketStore } from '../ticket/ticketStore'

export type LiveState = 'off' | 'connecting' | 'live' | 'offline'

/** Brings live updates to whoever shows them, and has everything read again after each gap. */
export const useLiveStore = defineStore('live', () => {
  const { deskTransport } = useServices()
  const state = ref<LiveState>('off')
  const queue = useQueueStore()
  const tickets = useTicketStore()

  const hub = new DeskHub(
    {
      message(message) {
        if (message.type === 'ticket_changed') queue.receive(message.ticket)
        tickets.receive(message)
      },
      status(status) {
        state.value = status === 'stale' ? 'live' : status
        if (status === 'stale') readAgain()
      },
    },
    { transport: deskTransport },
  )

  function readAgain(): void {
    void queue.load(queue.phase === 'ready')
    void tickets.refresh()
  }

  function start(): void {
    if (state.value !== 'off') return
    hub.connect()
  }

  function stop(): void {
    hub.close()
    state.value = 'off'
  }

  /** After signing in again the socket may have been closed by the server: begin anew. */
  function restart(): void {
    stop()
    start()
  }

  return { state, start, stop, restart, follow: (ticketId: string | null) => hub.follow(ticketId) }
})
