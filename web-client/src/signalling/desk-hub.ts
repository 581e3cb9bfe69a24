import type { CallView, DeskMessage, PhotoView, RatingView, RecordingView, TicketSummary } from '@/contracts/generated'
import { isNumber, isString, listOf, literal, nullable, shape, type Guard } from '@/contracts/guards'
import { systemClock, type Cancel, type Clock } from './clock'
import { socketTransport, type HubTransport, type HubTransportFactory } from './hub-transport'
import { deskReconnection, type ReconnectionPolicy } from './reconnection-policy'

export const isTicketSummary: Guard<TicketSummary> = shape<TicketSummary>({
  ticketId: isString, number: isString, status: isString, subject: isString, buyerName: isString, problemType: isString,
  platform: isString, openedAt: isString, updatedAt: isString, activeCallId: nullable(isString), recordingCount: isNumber,
})
export const isRatingView: Guard<RatingView> = shape<RatingView>({ stars: isNumber, comment: isString })
export const isRecordingView: Guard<RecordingView> = shape<RecordingView>({
  recordingId: isString, state: isString, reason: isString, durationSeconds: isNumber, startedAt: isString,
  files: listOf(shape<RecordingView['files'][number]>({
    name: isString, purpose: isString, contentType: isString, length: isNumber, sha256: isString, url: isString,
  })),
  gaps: listOf(shape<RecordingView['gaps'][number]>({
    participantId: isString, source: isString, fromSeconds: isNumber, toSeconds: isNumber, reason: isString,
  })),
})
export const isCallView: Guard<CallView> = shape<CallView>({
  callId: isString, ticketId: isString, state: isString, buyerStep: isString, agentName: isString, createdAt: isString,
  startedAt: nullable(isString), endedAt: nullable(isString), endReason: nullable(isString),
  recording: nullable(isRecordingView), rating: nullable(isRatingView), earlierRecordings: listOf(isRecordingView),
})
export const isPhotoView: Guard<PhotoView> = shape<PhotoView>({
  photoId: isString, contentType: isString, length: isNumber, sha256: isString, receivedAt: isString, note: isString,
})

const deskMessages: readonly Guard<DeskMessage>[] = [
  shape<Extract<DeskMessage, { type: 'ticket_changed' }>>({ type: literal('ticket_changed'), ticket: isTicketSummary }),
  shape<Extract<DeskMessage, { type: 'call_changed' }>>({ type: literal('call_changed'), call: isCallView }),
  shape<Extract<DeskMessage, { type: 'photo_received' }>>({ type: literal('photo_received'), ticketId: isString, photo: isPhotoView }),
] as readonly Guard<DeskMessage>[]

export type DeskHubEvents = {
  message(message: DeskMessage): void
  /** `stale` after every (re)connection: what happened in between was not heard, so read the lists again. */
  status(status: 'connecting' | 'stale' | 'offline'): void
}

/** Live updates for signed-in staff. Unnumbered: after a gap the caller reads again. */
export class DeskHub {
  private readonly makeTransport: HubTransportFactory
  private readonly policy: ReconnectionPolicy
  private readonly clock: Clock
  private transport: HubTransport | null = null
  private followed: string | null = null
  private generation = 0
  private attempt = 0
  private cancelRetry: Cancel | null = null

  constructor(
    private readonly events: DeskHubEvents,
    options: { readonly transport?: HubTransportFactory; readonly policy?: ReconnectionPolicy; readonly clock?: Clock } = {},
  ) {
    this.makeTransport = options.transport ?? socketTransport('/hubs/desk')
    this.policy = options.policy ?? deskReconnection
    this.clock = options.clock ?? systemClock
  }

  connect(): void {
    this.events.status('connecting')
    void this.open()
  }

  /** Follow one ticket's calls in detail; null follows only the list. Remembered over reconnections. */
  follow(ticketId: string | null): void {
    this.followed = ticketId
    if (this.transport?.open === true) void this.sendFollow(this.transport).catch(() => undefined)
  }

  close(): void {
    this.generation++
    this.cancelRetry?.()
    void this.transport?.stop().catch(() => undefined)
    this.transport = null
  }

  private async open(): Promise<void> {
    const generation = ++this.generation
    const transport = this.makeTransport({
      receive: (value) => { if (generation === this.generation) this.receive(value) },
      closed: () => { if (generation === this.generation) this.interrupted() },
    })
    this.transport = transport
    try {
      await transport.start()
      await this.sendFollow(transport)
      if (generation !== this.generation) return
      this.attempt = 0
      this.events.status('stale')
    } catch {
      if (generation === this.generation) this.interrupted()
    }
  }

  private sendFollow(transport: HubTransport): Promise<unknown> {
    return transport.invoke('Follow', { ticketId: this.followed })
  }

  private receive(value: unknown): void {
    for (const guard of deskMessages) {
      if (guard(value)) return this.events.message(value)
    }
  }

  private interrupted(): void {
    this.generation++
    this.transport = null
    this.events.status('offline')
    const delay = this.policy.nextDelayMs(this.attempt++, 0) ?? 15_000
    this.cancelRetry = this.clock.after(delay, () => void this.open())
  }
}
