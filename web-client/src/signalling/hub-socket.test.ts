import { beforeEach, describe, expect, test } from 'vitest'
import { ManualClock, settle } from '@/testing/manual-clock'
import { HubSocket } from './hub-socket'

class FakeWebSocket {
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: (() => void) | null = null
  onerror: (() => void) | null = null
  closed = false
  readonly sent: string[] = []

  send(text: string): void { this.sent.push(text) }
  close(): void { this.closed = true }
  say(...messages: unknown[]): void { this.onmessage?.({ data: messages.map((one) => `${JSON.stringify(one)}\u001e`).join('') }) }
}

describe('a hub socket', () => {
  let socket: FakeWebSocket
  let clock: ManualClock
  let received: unknown[]
  let closedTimes: number
  let hub: HubSocket
  let started: Promise<void>

  beforeEach(() => {
    socket = new FakeWebSocket()
    clock = new ManualClock()
    received = []
    closedTimes = 0
    hub = new HubSocket(
      () => socket as unknown as WebSocket, { receive: (message) => received.push(message), closed: () => { closedTimes++ } }, clock,
    )
    started = hub.start()
    started.catch(() => undefined)
    socket.onopen?.()
  })

  test('shakes hands in JSON before anything else', async () => {
    expect(socket.sent).toEqual(['{"protocol":"json","version":1}\u001e'])
    socket.say({})
    await expect(started).resolves.toBeUndefined()
    expect(hub.open).toBe(true)
  })

  test('does not start when the handshake is refused or never answered', async () => {
    socket.say({ error: 'no' })
    await expect(started).rejects.toThrow('no')
    const silent = new HubSocket(() => new FakeWebSocket() as unknown as WebSocket, { receive: () => undefined, closed: () => undefined }, clock)
    const waiting = silent.start()
    waiting.catch(() => undefined)
    await clock.advance(10_000)
    await expect(waiting).rejects.toThrow('no handshake')
  })

  test('matches answers to questions, in any order', async () => {
    socket.say({})
    const [first, second] = [hub.invoke('A', { x: 1 }), hub.invoke('B', null)]
    socket.say({ type: 3, invocationId: '2', result: 'b' }, { type: 3, invocationId: '1', error: 'broken' })
    await expect(second).resolves.toBe('b')
    await expect(first).rejects.toThrow('broken')
    expect(socket.sent[1]).toBe('{"type":1,"invocationId":"1","target":"A","arguments":[{"x":1}]}\u001e')
  })

  test('hands over messages, also several in one frame and one right behind the handshake', () => {
    socket.say({}, { type: 1, target: 'Receive', arguments: [{ seq: 1 }] }, { type: 6 }, { type: 1, target: 'Receive', arguments: [{ seq: 2 }] })
    expect(received).toEqual([{ seq: 1 }, { seq: 2 }])
  })

  test('keeps the server from forgetting it', async () => {
    socket.say({})
    await clock.advance(8_000)
    expect(socket.sent.at(-1)).toBe('{"type":6}\u001e')
  })

  test('takes a silent server for dead and fails what waits', async () => {
    socket.say({})
    const waiting = hub.invoke('A', null)
    waiting.catch(() => undefined)
    await clock.advance(20_000)
    await expect(waiting).rejects.toThrow('silence')
    expect([closedTimes, socket.closed, hub.open]).toEqual([1, true, false])
  })

  test('closes once for a close message, an error or a closed socket', async () => {
    socket.say({})
    socket.say({ type: 7, error: 'bye' })
    socket.onclose?.()
    await settle()
    expect(closedTimes).toBe(1)
  })

  test('closes on bytes that are no message', () => {
    socket.say({})
    socket.onmessage?.({ data: 'rubbish\u001e' })
    expect(closedTimes).toBe(1)
  })

  test('does not report its own stop as a loss', async () => {
    socket.say({})
    await hub.stop()
    expect([closedTimes, socket.closed]).toEqual([0, true])
    await expect(hub.invoke('A', null)).rejects.toThrow('not connected')
  })
})
