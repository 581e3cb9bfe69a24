import type { CallSnapshot, ConnectRequest, ConnectResult } from '@/contracts/generated'
import type { HubTransport, HubTransportEvents, HubTransportFactory } from '@/signalling/hub-transport'

export const emptySnapshot: CallSnapshot = {
  callId: 'call-1', ticketId: 'ticket-1', state: 'waiting', recording: false, elapsedSeconds: 0, participants: [], slots: [],
}

export function joined(change: Partial<ConnectResult> = {}): ConnectResult {
  return { outcome: 'joined', code: null, participantId: 'p-1', resumeToken: 'resume-1', snapshot: emptySnapshot, iceServers: [], ...change }
}

export function resumed(): ConnectResult {
  return { outcome: 'resumed', code: null, participantId: 'p-1', resumeToken: null, snapshot: null, iceServers: [] }
}

type Answer = unknown

/** A hub in memory: every transport it makes is one socket, answers are scripted by method. */
export class FakeHub {
  readonly connects: ConnectRequest[] = []
  readonly invoked: { readonly method: string; readonly argument: unknown }[] = []
  /** What the next Connect calls answer; the last one repeats. */
  connectAnswers: (ConnectResult | Error)[] = [joined()]
  answers: Record<string, (argument: unknown) => Answer> = {}
  reachable = true
  sockets = 0
  private events: HubTransportEvents | null = null

  readonly factory: HubTransportFactory = (events) => this.socket(events)

  send(message: unknown): void {
    this.events?.receive(message)
  }

  drop(): void {
    const { events } = this
    this.events = null
    events?.closed()
  }

  invokedOf(method: string): unknown[] {
    return this.invoked.filter((one) => one.method === method).map((one) => one.argument)
  }

  private socket(events: HubTransportEvents): HubTransport {
    let open = false
    return {
      get open() { return open },
      start: () => {
        if (!this.reachable) return Promise.reject(new Error('unreachable'))
        this.sockets++
        open = true
        this.events = events
        return Promise.resolve()
      },
      stop: () => {
        open = false
        return Promise.resolve()
      },
      invoke: (method, argument) => this.answer(method, argument),
    }
  }

  private answer(method: string, argument: unknown): Promise<unknown> {
    this.invoked.push({ method, argument })
    if (method !== 'Connect') return Promise.resolve(this.answers[method]?.(argument) ?? { code: null })
    this.connects.push(argument as ConnectRequest)
    const next = this.connectAnswers.length > 1 ? this.connectAnswers.shift() : this.connectAnswers[0]
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next)
  }
}
