import type { CallMessage, CallView, ConnectRequest, ParticipantView, SlotView } from '@/contracts/generated'
import type { HubTransport, HubTransportEvents, HubTransportFactory } from '@/signalling/hub-transport'
import { buyerPicture } from './fakePicture'
import type { FakeWorld } from './fakeWorld'

/** `Omit` over each member: the hub numbers the messages itself. */
type Unnumbered = CallMessage extends infer One ? (One extends CallMessage ? Omit<One, 'seq'> : never) : never

export function fakeDeskTransport(world: FakeWorld): HubTransportFactory {
  return (events) => {
    let open = false
    const listener = (message: unknown): void => events.receive(message)
    return {
      start: () => {
        if (world.has('desk-offline')) return Promise.reject(new Error('offline'))
        open = true
        world.deskListeners.add(listener)
        return Promise.resolve()
      },
      stop: () => {
        open = false
        world.deskListeners.delete(listener)
        return Promise.resolve()
      },
      invoke: () => Promise.resolve({ code: null }),
      get open() { return open },
    }
  }
}

/** One call room with a scripted buyer. The gallery turns the knobs through `window.fakeCall`. */
export class FakeRoom {
  private seq = 0
  private events: HubTransportEvents | null = null
  private call: CallView | null = null
  private peer: RTCPeerConnection | null = null
  private startedAt: number | null = null
  private timer: ReturnType<typeof setInterval> | undefined
  private participants: ParticipantView[] = []
  private reachable = true

  constructor(private readonly world: FakeWorld) {}

  readonly transport: HubTransportFactory = (events) => {
    let open = false
    const transport: HubTransport = {
      start: () => {
        if (!this.reachable) return Promise.reject(new Error('offline'))
        open = true
        this.events = events
        return Promise.resolve()
      },
      stop: () => {
        open = false
        return Promise.resolve()
      },
      invoke: async (method, argument) => this.invoke(method, argument),
      get open() { return open },
    }
    return transport
  }

  step(step: string): void {
    if (this.call === null) return
    this.call = { ...this.call, buyerStep: step }
    this.world.putCall(this.call)
    this.send({ type: 'buyer_step_changed', step })
  }

  agree(): void {
    if (this.call === null) return
    this.startedAt = Date.now()
    this.call = { ...this.call, state: 'live', buyerStep: 'consented', startedAt: new Date().toISOString() }
    this.world.putCall(this.call)
    this.send({ type: 'consent_given', at: new Date().toISOString() })
    this.send({ type: 'recording_state_changed', state: 'recording' })
  }

  async picture(portrait = true): Promise<void> {
    const sender = this.peer?.getTransceivers().find((one) => one.receiver.track.kind === 'video')?.sender
    await sender?.replaceTrack(buyerPicture(portrait).getVideoTracks()[0] ?? null)
    this.person('buyer', { publications: [{ publicationId: 'bm', kind: 'audio', source: 'microphone', muted: false, active: true }, { publicationId: 'bc', kind: 'video', source: 'camera', muted: false, active: true }] })
    this.send({ type: 'slots_changed', slots: this.slots() })
    this.step('connected')
    this.timer ??= setInterval(() => this.quality(0.004, 46), 1_000)
  }

  person(id: string, change: Partial<ParticipantView>): void {
    const known = this.participants.find((one) => one.participantId === id)
    const person: ParticipantView = { ...(known ?? { participantId: id, role: id, displayName: '', connection: 'connected', publications: [] }), ...change }
    this.participants = [...this.participants.filter((one) => one.participantId !== id), person]
    this.send({ type: 'participant_changed', participant: person })
  }

  gone(id: string): void {
    this.participants = this.participants.filter((one) => one.participantId !== id)
    this.send({ type: 'participant_gone', participantId: id, reason: 'left' })
  }

  quality(loss: number, roundTripMs: number): void {
    clearInterval(this.timer)
    this.timer = setInterval(() => this.quality(loss, roundTripMs), 1_000)
    for (const participantId of ['me', 'buyer']) {
      this.send({ type: 'quality_changed', participantId, uplinkLoss: participantId === 'buyer' ? loss : 0, downlinkLoss: 0, roundTripMs, uplinkBps: 1_420_000, downlinkBps: 1_420_000, level: 'good' })
    }
  }

  weak(sends: string, receives: string, participantId = 'buyer'): void {
    this.send({ type: 'media_mode_changed', participantId, sends, receives, reason: 'weak_uplink' })
  }

  still(participantId = 'buyer'): void {
    this.send({ type: 'still_taken', participantId, stillId: `s${this.seq}`, width: 1280, height: 720 })
  }

  alarm(code: string): void {
    this.send({ type: 'recording_alarm', code, detail: '' })
  }

  cut(): void {
    this.reachable = false
    this.events?.closed()
  }

  replace(): void {
    this.send({ type: 'replaced', by: 'other tab' })
  }

  private slots(): SlotView[] {
    return (this.peer?.getTransceivers() ?? []).map((one) => {
      const kind = one.receiver.track.kind
      const has = this.startedAt !== null && this.participants.some((person) => person.participantId === 'buyer')
      return { mid: one.mid ?? '', kind, publicationId: has ? `b${kind === 'audio' ? 'm' : 'c'}` : null, participantId: has ? 'buyer' : null, source: has ? (kind === 'audio' ? 'microphone' : 'camera') : null }
    })
  }

  private send(message: Unnumbered): void {
    this.events?.receive({ ...message, seq: ++this.seq })
  }

  private async invoke(method: string, argument: unknown): Promise<unknown> {
    switch (method) {
      case 'Connect': return this.connect(argument as ConnectRequest)
      case 'Negotiate': return this.negotiate((argument as { sdp: string }).sdp)
      case 'HangUp':
        this.end()
        return { code: null }
      default: return { code: null }
    }
  }

  private connect(request: ConnectRequest): unknown {
    if (this.world.has('refused')) return { outcome: 'refused', code: 'media.room_full', participantId: null, resumeToken: null, snapshot: null, iceServers: [] }
    this.call = this.world.findCall(request.callId) ?? null
    this.seq = 0
    this.participants = [{ participantId: 'me', role: 'agent', displayName: '林晓雨', connection: 'connected', publications: [] }, ...this.participants.filter((one) => one.participantId !== 'me')]
    const snapshot = {
      callId: request.callId, ticketId: this.call?.ticketId ?? '', state: this.call?.state ?? 'waiting', recording: this.startedAt !== null,
      elapsedSeconds: this.startedAt === null ? 0 : (Date.now() - this.startedAt) / 1000, participants: this.participants, slots: [],
    }
    return { outcome: this.call === null ? 'refused' : 'joined', code: this.call === null ? 'call.ended' : null, participantId: 'me', resumeToken: 'r', snapshot, iceServers: [] }
  }

  private async negotiate(sdp: string): Promise<unknown> {
    this.peer?.close()
    const peer = new RTCPeerConnection()
    this.peer = peer
    await peer.setRemoteDescription({ type: 'offer', sdp })
    for (const one of peer.getTransceivers()) one.direction = 'sendrecv'
    await peer.setLocalDescription(await peer.createAnswer())
    await new Promise<void>((resolve) => {
      if (peer.iceGatheringState === 'complete') resolve()
      else peer.addEventListener('icegatheringstatechange', () => peer.iceGatheringState === 'complete' && resolve())
    })
    return { sdp: peer.localDescription?.sdp ?? null, code: null, detail: null, slots: this.slots() }
  }

  private end(): void {
    clearInterval(this.timer)
    this.peer?.close()
    this.participants = []
    const call = this.call
    if (call === null) return
    const ended: CallView = {
      ...call, state: 'ended', endedAt: new Date().toISOString(), endReason: 'agent_hung_up',
      recording: this.startedAt === null ? null : { recordingId: 'r', state: 'muxing', reason: '', durationSeconds: 0, startedAt: new Date(this.startedAt).toISOString(), files: [], gaps: [] },
    }
    this.startedAt = null
    this.world.putCall(ended)
    this.send({ type: 'call_ended', reason: 'agent_hung_up' })
  }
}
