import type {
  CallHubMethods, CallMessage, CallSnapshot, Checkpoint, CommandResult, ConnectResult, IceServer, NegotiateResult, PublicationUpdate, ReportQualityRequest,
  SlotView,
} from '@/contracts/generated'
import { isString, nullable, shape, type Guard } from '@/contracts/guards'
import { endReasons, known, type CallId, type EndReason, type MediaMode, type ParticipantId, type ReportableStep, type TimingMeasure } from '@/contracts/names'
import { isConnectResult, isIceServersResult, isNegotiateResult, readCallMessage } from './call-messages'
import { noCheckpoints, type CheckpointKeeper } from './checkpoint-keeper'
import { systemClock, type Cancel, type Clock } from './clock'
import { socketTransport, type HubTransport, type HubTransportFactory } from './hub-transport'
import { ProblemError, toReason, type ProblemReason } from './problem'
import { callReconnection, type ReconnectionPolicy } from './reconnection-policy'
import { SequenceGate } from './sequence'

export type SignallingStatus =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  /** A new place in the call: negotiate. `again` says that this page held an earlier place which is gone. */
  | { readonly kind: 'joined'; readonly again: boolean; readonly participantId: ParticipantId; readonly snapshot: CallSnapshot; readonly iceServers: readonly IceServer[] }
  /** The place was kept and the missed messages follow: nothing to negotiate. */
  | { readonly kind: 'resumed'; readonly iceServers: readonly IceServer[] }
  | { readonly kind: 'interrupted'; readonly attempt: number; readonly nextTryInMs: number }
  | { readonly kind: 'closed'; readonly outcome: SignallingOutcome }

export type SignallingOutcome =
  | { readonly kind: 'ended'; readonly reason: EndReason }
  | { readonly kind: 'replaced' }
  | { readonly kind: 'refused'; readonly reason: ProblemReason }
  | { readonly kind: 'lost' }
  | { readonly kind: 'left' }

export type NegotiateOutcome =
  | { readonly kind: 'answered'; readonly sdp: string; readonly slots: readonly SlotView[] }
  | { readonly kind: 'refused'; readonly reason: ProblemReason; readonly detail: string }

export type CallHubEvents = {
  status(status: SignallingStatus): void
  /** In order, each once. `call_ended` and `replaced` also close the hub. */
  message(message: CallMessage): void
}

export type CallHubOptions = {
  readonly transport?: HubTransportFactory
  readonly policy?: ReconnectionPolicy
  readonly clock?: Clock
  readonly checkpoints?: CheckpointKeeper
}

const isCommandResult: Guard<CommandResult> = shape<CommandResult>({ code: nullable(isString) })

/** Acknowledge after this many messages or this long, whichever is first: the server keeps what is not acknowledged. */
const acknowledgeEvery = 16
const acknowledgeAfterMs = 1_000
/** A socket that does not answer within this time after a change of network is dead, whatever it says. */
const probeTimeoutMs = 2_500

/** One participant's place in one call, kept over as many sockets as it takes. */
export class CallHub {
  private readonly gate = new SequenceGate()
  private readonly makeTransport: HubTransportFactory
  private readonly policy: ReconnectionPolicy
  private readonly clock: Clock
  private readonly keeper: CheckpointKeeper
  private transport: HubTransport | null = null
  /** Raised with every socket, so that a late event of an old one is not taken for the new one. */
  private generation = 0
  private callId: CallId | null = null
  private resumeToken: string | null = null
  private everJoined = false
  /** Messages that arrive while Connect is under way wait until it is known whether numbering began anew. */
  private held: unknown[] | null = null
  private lostAt: number | null = null
  private attempt = 0
  private cancelRetry: Cancel | null = null
  private cancelAcknowledge: Cancel | null = null
  private current: SignallingStatus = { kind: 'idle' }

  constructor(private readonly events: CallHubEvents, options: CallHubOptions = {}) {
    this.makeTransport = options.transport ?? socketTransport('/hubs/call')
    this.policy = options.policy ?? callReconnection
    this.clock = options.clock ?? systemClock
    this.keeper = options.checkpoints ?? noCheckpoints
  }

  get status(): SignallingStatus {
    return this.current
  }

  /** Starts, or starts again after `lost`. Buyers give an empty id: their cookie says which call. */
  connect(callId: CallId): void {
    this.callId = callId
    this.lostAt = null
    this.attempt = 0
    this.cancelRetry?.()
    this.show({ kind: 'connecting' })
    void this.open()
  }

  /** The network changed or the page woke up: try at once instead of waiting, and find out whether the socket is alive. */
  nudge(): void {
    if (this.current.kind === 'interrupted') {
      this.cancelRetry?.()
      void this.open()
    } else if (this.isUp()) {
      void this.probe()
    }
  }

  /** There is no network at all: the socket is dead although nobody closed it. */
  networkLost(): void {
    if (this.isUp()) this.interrupted()
  }

  /** SDP offer to answer in one round trip. */
  async negotiate(sdp: string): Promise<NegotiateOutcome> {
    const result = await this.invoke('Negotiate', { sdp }, isNegotiateResult)
    return result.sdp === null ? refusedNegotiation(result) : { kind: 'answered', sdp: result.sdp, slots: result.slots }
  }

  setPublications(publications: readonly PublicationUpdate[]): Promise<void> {
    return this.command('SetPublications', { publications })
  }

  reportStep(step: ReportableStep): Promise<void> {
    return this.command('ReportStep', { step })
  }

  /** @param milliseconds since the event the measure starts from. */
  reportTiming(measure: TimingMeasure, milliseconds: number): Promise<void> {
    return this.command('ReportTiming', { measure, milliseconds: Math.round(milliseconds * 10) / 10 })
  }

  /** What our own way up carries from now on. */
  reportLink(sends: MediaMode, estimateBps: number): Promise<void> {
    return this.command('ReportLink', { sends, estimateBps })
  }

  reportQuality(seen: ReportQualityRequest): Promise<void> {
    return this.command('ReportQuality', seen)
  }

  /** The servers of the join with fresh credentials. */
  async renewIceServers(): Promise<readonly IceServer[]> {
    const { code, iceServers } = await this.invoke('RenewIceServers', {}, isIceServersResult)
    if (code !== null) throw new ProblemError(toReason(code), 0, 'RenewIceServers')
    return iceServers
  }

  /** Ends the call for everybody. */
  async hangUp(reason: EndReason): Promise<void> {
    await this.command('HangUp', { reason })
  }

  /** Staff: leaves while the call goes on. */
  async leave(reason: string): Promise<void> {
    await this.command('Leave', { reason }).catch(() => undefined)
    this.close({ kind: 'left' })
  }

  /** Stops for good. */
  close(outcome: SignallingOutcome = { kind: 'left' }): void {
    if (this.current.kind === 'closed') return
    this.generation++
    this.cancelRetry?.()
    this.cancelAcknowledge?.()
    void this.transport?.stop().catch(() => undefined)
    this.transport = null
    this.show({ kind: 'closed', outcome })
  }

  private isUp(): boolean {
    return this.current.kind === 'joined' || this.current.kind === 'resumed'
  }

  private show(status: SignallingStatus): void {
    this.current = status
    this.events.status(status)
  }

  private async open(): Promise<void> {
    const generation = ++this.generation
    void this.transport?.stop().catch(() => undefined)
    this.held = []
    const transport = this.makeTransport({
      receive: (message) => { if (generation === this.generation) this.receive(message) },
      closed: () => { if (generation === this.generation) this.interrupted() },
    })
    this.transport = transport
    try {
      await transport.start()
      await this.takePlace(transport, generation)
    } catch {
      if (generation === this.generation) this.interrupted()
    }
  }

  private async takePlace(transport: HubTransport, generation: number): Promise<void> {
    const result = await this.callConnect(transport)
    if (generation !== this.generation) return
    switch (result.outcome) {
      case 'joined': return this.joined(result)
      case 'resumed': return this.resumed(result)
      case 'rejoin':
        this.forgetPlace()
        return this.takePlace(transport, generation)
      // Another tab took the place while this one's socket was away: it is the person's to take back, not the page's.
      case 'replaced': return this.close({ kind: 'replaced' })
      default: return this.close({ kind: 'refused', reason: toReason(result.code) })
    }
  }

  private async callConnect(transport: HubTransport): Promise<ConnectResult> {
    const request: Parameters<CallHubMethods['Connect']>[0] = {
      callId: this.callId ?? '', resumeToken: this.resumeToken, lastSeq: this.gate.lastSeq,
    }
    const result = await transport.invoke('Connect', request)
    if (!isConnectResult(result)) throw new ProblemError('unreadable', 0, 'Connect')
    return result
  }

  private forgetPlace(): void {
    this.resumeToken = null
    this.gate.reset()
    this.held = []
  }

  private joined(result: ConnectResult): void {
    if (result.snapshot === null || result.participantId === null) throw new ProblemError('unreadable', 0, 'Connect')
    const again = this.everJoined
    this.everJoined = true
    this.resumeToken = result.resumeToken
    this.gate.reset()
    this.recovered()
    this.show({
      kind: 'joined', again, participantId: result.participantId as ParticipantId, snapshot: result.snapshot, iceServers: result.iceServers,
    })
    this.releaseHeld()
  }

  private resumed({ iceServers }: ConnectResult): void {
    this.recovered()
    this.show({ kind: 'resumed', iceServers })
    this.releaseHeld()
  }

  private recovered(): void {
    this.lostAt = null
    this.attempt = 0
  }

  private releaseHeld(): void {
    const waiting = this.held ?? []
    this.held = null
    for (const message of waiting) this.receive(message)
  }

  private interrupted(): void {
    if (this.current.kind === 'closed') return
    this.generation++
    this.cancelRetry?.()
    this.cancelAcknowledge?.()
    this.cancelAcknowledge = null
    void this.transport?.stop().catch(() => undefined)
    this.transport = null
    this.lostAt ??= this.clock.now()
    const delay = this.policy.nextDelayMs(this.attempt, this.clock.now() - this.lostAt)
    if (delay === null) return this.close({ kind: 'lost' })
    this.show({ kind: 'interrupted', attempt: this.attempt, nextTryInMs: delay })
    this.attempt++
    this.cancelRetry = this.clock.after(delay, () => void this.open())
  }

  private receive(value: unknown): void {
    if (this.held !== null) {
      this.held.push(value)
      return
    }
    const read = readCallMessage(value)
    if (read.kind === 'malformed') return
    const seq = read.kind === 'known' ? read.message.seq : read.seq
    switch (this.gate.take(seq)) {
      case 'duplicate': return
      case 'gap': return this.interrupted()
      case 'deliver':
        this.scheduleAcknowledge()
        if (read.kind === 'known') this.deliver(read.message)
    }
  }

  private deliver(message: CallMessage): void {
    this.events.message(message)
    if (message.type === 'checkpoint') this.echo(message)
    else if (message.type === 'call_ended') this.close({ kind: 'ended', reason: known(endReasons, message.reason, 'unknown') })
    else if (message.type === 'replaced') this.close({ kind: 'replaced' })
  }

  /** Kept first, echoed then: an echo says that this page holds it. A lost echo is not repeated, the next one follows in seconds. */
  private echo(checkpoint: Checkpoint): void {
    this.keeper.keep(checkpoint)
    const { recordingId, part, blockSeq, headHex } = checkpoint
    void this.command('EchoCheckpoint', { recordingId, part, blockSeq, headHex }).catch(() => undefined)
  }

  private scheduleAcknowledge(): void {
    if (this.gate.unacknowledged >= acknowledgeEvery) this.acknowledge()
    else this.cancelAcknowledge ??= this.clock.after(acknowledgeAfterMs, () => this.acknowledge())
  }

  private acknowledge(): void {
    this.cancelAcknowledge?.()
    this.cancelAcknowledge = null
    const seq = this.gate.lastSeq
    this.gate.markAcknowledged(seq)
    void this.command('Acknowledge', { seq }).catch(() => undefined)
  }

  /** Asks the cheapest question there is; silence means that the socket died with the old network. */
  private async probe(): Promise<void> {
    const generation = this.generation
    const answered = this.command('Acknowledge', { seq: this.gate.lastSeq }).then(() => true, () => false)
    const silence = new Promise<boolean>((resolve) => { this.clock.after(probeTimeoutMs, () => resolve(false)) })
    const alive = await Promise.race([answered, silence])
    if (!alive && generation === this.generation) this.interrupted()
  }

  private async command(method: keyof CallHubMethods, argument: unknown): Promise<void> {
    const result = await this.invoke(method, argument, isCommandResult)
    if (result.code !== null) throw new ProblemError(toReason(result.code), 0, method)
  }

  private async invoke<T>(method: keyof CallHubMethods, argument: unknown, guard: Guard<T>): Promise<T> {
    if (this.transport === null || !this.isUp()) throw new ProblemError('network', 0, method)
    const result = await this.transport.invoke(method, argument).catch((error: unknown) => {
      throw error instanceof ProblemError ? error : new ProblemError(this.transport?.open === true ? 'server.unexpected' : 'network', 0, method)
    })
    if (!guard(result)) throw new ProblemError('unreadable', 0, method)
    return result
  }
}

function refusedNegotiation(result: NegotiateResult): NegotiateOutcome {
  return { kind: 'refused', reason: toReason(result.code), detail: result.detail ?? '' }
}

