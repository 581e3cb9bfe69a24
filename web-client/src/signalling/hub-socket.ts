import { systemClock, type Cancel, type Clock } from './clock'
import type { HubTransport, HubTransportEvents } from './hub-transport'

/** Messages end with this character (ASP.NET Core's HubProtocol.md, JSON encoding). */
const separator = '\u001e'
/** The server pings every 8 s and drops a client that was silent for 20 s (SignallingServices.cs). */
const pingEveryMs = 8_000
const serverTimeoutMs = 20_000
/** A phone on a train needs seconds to open a socket; more than this is no network. */
const handshakeTimeoutMs = 10_000

const kinds = { invocation: 1, completion: 3, ping: 6, close: 7 } as const

export class HubInvocationError extends Error {
  override readonly name = 'HubInvocationError'
}

type Pending = { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void }

/**
 * The part of the SignalR JSON protocol our hubs use: handshake, invocation, completion, ping, close, over a WebSocket without a
 * negotiate request. The official client also carries streaming, three transports and a reconnection of its own, 14 KB of the
 * buyer page's 60 that no call here uses.
 */
export class HubSocket implements HubTransport {
  private socket: WebSocket | null = null
  private ready = false
  private over = false
  private nextId = 1
  private readonly pending = new Map<string, Pending>()
  private cancelPing: Cancel | null = null
  private cancelSilence: Cancel | null = null
  private started: Pending | null = null

  constructor(
    private readonly makeSocket: () => WebSocket,
    private readonly events: HubTransportEvents,
    private readonly clock: Clock = systemClock,
  ) {}

  get open(): boolean {
    return this.ready && !this.over
  }

  start(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.started = { resolve: () => resolve(), reject }
      const socket = this.makeSocket()
      this.socket = socket
      socket.onopen = () => socket.send(`${JSON.stringify({ protocol: 'json', version: 1 })}${separator}`)
      socket.onmessage = (event) => { if (typeof event.data === 'string') this.received(event.data) }
      socket.onclose = () => this.end('the socket closed')
      socket.onerror = () => this.end('the socket failed')
      this.cancelSilence = this.clock.after(handshakeTimeoutMs, () => this.end('no handshake'))
    })
  }

  stop(): Promise<void> {
    this.over = true
    this.end('stopped')
    return Promise.resolve()
  }

  invoke(method: string, argument: unknown): Promise<unknown> {
    if (!this.open) return Promise.reject(new HubInvocationError(`${method}: not connected`))
    const invocationId = String(this.nextId++)
    return new Promise((resolve, reject) => {
      this.pending.set(invocationId, { resolve, reject })
      this.send({ type: kinds.invocation, invocationId, target: method, arguments: [argument] })
    })
  }

  private send(message: unknown): void {
    this.socket?.send(`${JSON.stringify(message)}${separator}`)
  }

  private received(text: string): void {
    this.listen()
    for (const part of text.split(separator)) {
      if (part === '') continue
      const message = parsed(part)
      if (message === null) return this.end('unreadable')
      if (this.ready) this.handle(message)
      else this.shakeHands(message)
    }
  }

  private shakeHands(message: Readonly<Record<string, unknown>>): void {
    if (typeof message.error === 'string') return this.end(message.error)
    this.ready = true
    this.ping()
    this.started?.resolve(undefined)
    this.started = null
  }

  private handle(message: Readonly<Record<string, unknown>>): void {
    switch (message.type) {
      case kinds.invocation: return this.invoked(message)
      case kinds.completion: return this.completed(message)
      case kinds.close: return this.end('closed by the server')
      default: // A ping only says that the server lives; kinds we never asked for do not come.
    }
  }

  private invoked(message: Readonly<Record<string, unknown>>): void {
    const { target, arguments: list } = message
    if (target === 'Receive' && Array.isArray(list)) this.events.receive(list[0])
  }

  private completed(message: Readonly<Record<string, unknown>>): void {
    const id = String(message.invocationId)
    const waiting = this.pending.get(id)
    this.pending.delete(id)
    if (typeof message.error === 'string') waiting?.reject(new HubInvocationError(message.error))
    else waiting?.resolve(message.result ?? null)
  }

  private ping(): void {
    this.cancelPing = this.clock.after(pingEveryMs, () => {
      this.send({ type: kinds.ping })
      this.ping()
    })
  }

  private listen(): void {
    this.cancelSilence?.()
    this.cancelSilence = this.clock.after(serverTimeoutMs, () => this.end('silence'))
  }

  private end(why: string): void {
    const { socket } = this
    this.cancelPing?.()
    this.cancelSilence?.()
    if (socket === null) return
    this.socket = null
    this.ready = false
    socket.onopen = null
    socket.onmessage = null
    socket.onclose = null
    socket.onerror = null
    socket.close()
    this.started?.reject(new HubInvocationError(why))
    this.started = null
    for (const { reject } of this.pending.values()) reject(new HubInvocationError(why))
    this.pending.clear()
    if (!this.over) {
      this.over = true
      this.events.closed()
    }
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
