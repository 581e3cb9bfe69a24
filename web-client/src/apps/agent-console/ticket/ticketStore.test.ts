import { createPinia } from 'pinia'
import { describe, expect, test } from 'vitest'
import { createApp } from 'vue'
import type { CallView, TicketView } from '@/contracts/generated'
import { servicesKey, type Services } from '../services'
import { useTicketStore } from './ticketStore'

const call = (state: string) => ({ callId: 'c1', ticketId: 't1', recording: { state } }) as CallView
const ticket = (state: string) => ({ ticketId: 't1', updatedAt: state, calls: [call(state)] }) as unknown as TicketView

/** A server whose answers the test gives one by one, in any order. */
function storeWithSlowServer() {
  const answers: ((view: TicketView) => void)[] = []
  const api = { ticket: () => new Promise((resolve) => { answers.push((value) => { resolve({ ok: true, value }) }) }) }
  const app = createApp({})
  const pinia = createPinia()
  app.use(pinia)
  app.provide(servicesKey, { api } as unknown as Services)
  return { answers, store: app.runWithContext(() => useTicketStore(pinia)) }
}

const settled = () => new Promise((resolve) => { setTimeout(resolve) })

describe('what the ticket shows of a recording', () => {
  test('stays finished when an answer written before it finished arrives late', async () => {
    const { answers, store } = storeWithSlowServer()
    void store.open('t1')
    answers[0]?.(ticket('muxing'))
    await settled()
    void store.refresh()
    store.receive({ type: 'call_changed', call: call('ready') })
    answers[1]?.(ticket('muxing'))
    await settled()
    expect(store.ticket?.calls[0]?.recording?.state).toBe('ready')
    answers[2]?.(ticket('ready'))
    await settled()
    expect(store.ticket?.calls[0]?.recording?.state).toBe('ready')
    expect(answers).toHaveLength(3)
  })

  test('is the latest answer when two arrive in the wrong order', async () => {
    const { answers, store } = storeWithSlowServer()
    void store.open('t1')
    void store.refresh()
    answers[1]?.(ticket('ready'))
    await settled()
    answers[0]?.(ticket('muxing'))
    await settled()
    expect(store.ticket?.calls[0]?.recording?.state).toBe('ready')
    expect(answers).toHaveLength(2)
  })
})
