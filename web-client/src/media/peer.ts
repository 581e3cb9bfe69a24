import type { IceServer, SlotView } from '@/contracts/generated'
import type { ProblemReason } from '@/signalling/problem'
import { preferCodecs } from './codecs'

export type PeerState = 'new' | 'connecting' | 'connected' | 'interrupted' | 'failed' | 'closed'

/** What the other end of the signalling says to an offer; `unsent` when it never got there. */
export type OfferAnswer =
  | { readonly kind: 'answered'; readonly sdp: string; readonly slots: readonly SlotView[] }
  | { readonly kind: 'refused'; readonly reason: ProblemReason; readonly detail: string }
  | { readonly kind: 'unsent' }

/** Of our own way up. */
export type LinkReading = {
  /** What the browser thinks the way carries; null where it does not say (Firefox). */
  readonly estimateBps: number | null
  /** 0..1, as the server reports it. */
  readonly loss: number
}

export type PeerEvents = {
  state(state: PeerState): void
  /** After each answer: slots as the server sees them; the receiving tracks may have changed too. */
  negotiated(slots: readonly SlotView[]): void
  refused(reason: ProblemReason, detail: string): void
}

export type PeerOptions = {
  readonly offer: (sdp: string) => Promise<OfferAnswer>
  readonly events: PeerEvents
  readonly iceServers: readonly IceServer[]
  /** Goes straight to the relay; a restart tries everything again. */
  readonly relayOnly: boolean
  /** Bits per second the camera may use: 1.5 Mbit/s is a clean 720p30, 400 kbit/s a small face. */
  readonly cameraBitrateBps: number
}

/** At most four sections of each kind, ours included: the server's limit. */
const maxSlotsOfAKind = 4

/**
 * One RTCPeerConnection. The browser offers, the server (ICE-lite, all candidates in its answer) answers, so an offer goes out
 * before a single candidate was gathered and before the camera is open: tracks come later through replaceTrack.
 */
export class MediaPeer {
  private readonly connection: RTCPeerConnection
  private readonly audio: RTCRtpTransceiver
  private readonly video: RTCRtpTransceiver
  private readonly streams = new Map<string, MediaStream>()
  private busy = false
  private wanted = false
  private closed = false
  private sendsVideo = true
  private last: PeerState = 'new'

  constructor(private readonly options: PeerOptions) {
    this.connection = new RTCPeerConnection({
      bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require', iceServers: options.iceServers.map(toBrowserServer),
      ...(options.relayOnly && { iceTransportPolicy: 'relay' }),
    })
    // One stream id for both, so that whoever receives them keeps lips and voice together.
    const streams = [new MediaStream()]
    this.audio = this.connection.addTransceiver('audio', { direction: 'sendrecv', streams })
    this.video = this.connection.addTransceiver('video', {
      direction: 'sendrecv', streams, sendEncodings: [{ maxBitrate: options.cameraBitrateBps, maxFramerate: 30 }],
    })
    preferCodecs(this.audio, 'audio')
    preferCodecs(this.video, 'video')
    this.connection.addEventListener('connectionstatechange', () => this.stateChanged())
    this.connection.addEventListener('iceconnectionstatechange', () => this.stateChanged())
  }

  get state(): PeerState {
    return this.last
  }

  /** The section of our own voice; null before the first offer. */
  get microphoneMid(): string | null {
    return this.audio.mid
  }

  get cameraMid(): string | null {
    return this.video.mid
  }

  /** Makes the offer ready without sending it: nothing leaves the page. */
  async prepare(): Promise<void> {
    if (this.connection.signalingState === 'stable' && !this.closed) {
      await this.connection.setLocalDescription(await this.connection.createOffer())
    }
  }

  /** Offers now, or once more after the offer that is on its way. */
  async negotiate(): Promise<void> {
    if (this.closed) return
    this.wanted = true
    if (this.busy) return
    this.busy = true
    try {
      while (this.takeWanted()) await this.exchange()
    } finally {
      this.busy = false
    }
  }

  /** Adds receiving sections until there are this many of each kind, and offers if that changed something. */
  async provideSlots(audioSlots: number, videoSlots: number): Promise<void> {
    const added = this.addSlots('audio', audioSlots) + this.addSlots('video', videoSlots)
    if (added > 0) await this.negotiate()
  }

  /** New network, same call: fresh ICE credentials and every way tried, everything else stays. */
  async restartIce(iceServers: readonly IceServer[]): Promise<void> {
    if (this.closed || this.connection.remoteDescription === null) return
    try {
      this.connection.setConfiguration({ ...this.connection.getConfiguration(), iceServers: iceServers.map(toBrowserServer), iceTransportPolicy: 'all' })
    } catch {
      // Firefox before 119 cannot: it goes on with the servers it has.
    }
    this.connection.restartIce()
    await this.negotiate()
  }

  /** Takes effect without negotiation. */
  async setMicrophone(track: MediaStreamTrack | null): Promise<void> {
    await this.audio.sender.replaceTrack(track)
  }

  async setCamera(track: MediaStreamTrack | null): Promise<void> {
    await this.video.sender.replaceTrack(track)
  }

  /** What arrives on a section; null before it was negotiated. The same object for the life of the section. */
  streamOf(mid: string): MediaStream | null {
    const known = this.streams.get(mid)
    if (known !== undefined) return known
    const transceiver = this.connection.getTransceivers().find((candidate) => candidate.mid === mid)
    if (transceiver === undefined) return null
    const stream = new MediaStream([transceiver.receiver.track])
    this.streams.set(mid, stream)
    return stream
  }

  receiverOf(mid: string): RTCRtpReceiver | null {
    return this.connection.getTransceivers().find((candidate) => candidate.mid === mid)?.receiver ?? null
  }

  /** What our way up carries, as the browser sees it. */
  async linkReading(): Promise<LinkReading> {
    let [estimateBps, loss] = [null as number | null, 0]
    ;(await this.stats()).forEach((stat: { readonly type: string; readonly nominated?: boolean; readonly availableOutgoingBitrate?: number; readonly fractionLost?: number }) => {
      if (stat.type === 'candidate-pair' && stat.nominated === true) estimateBps = stat.availableOutgoingBitrate ?? estimateBps
      if (stat.type === 'remote-inbound-rtp') loss = Math.max(loss, stat.fractionLost ?? 0)
    })
    return { estimateBps, loss }
  }

  /** Holds the camera's video back without letting go of the camera, or lets it go out again. Cheaper to come back from than replaceTrack. */
  async sendVideo(active: boolean): Promise<void> {
    const parameters = this.video.sender.getParameters()
    if (active === this.sendsVideo || parameters.encodings === undefined || parameters.encodings.length === 0) return
    this.sendsVideo = active
    for (const encoding of parameters.encodings) encoding.active = active
    await this.video.sender.setParameters(parameters).catch(() => { this.sendsVideo = !active })
  }

  stats(): Promise<RTCStatsReport> {
    return this.connection.getStats()
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.connection.close()
    this.show('closed')
  }

  private takeWanted(): boolean {
    const wanted = this.wanted && !this.closed
    this.wanted = false
    return wanted
  }

  private async exchange(): Promise<void> {
    const prepared = this.connection.signalingState === 'have-local-offer' && this.connection.remoteDescription === null
    if (!prepared) await this.connection.setLocalDescription(await this.connection.createOffer())
    const offer = this.connection.localDescription
    if (offer === null) return
    const answer = await this.options.offer(offer.sdp)
    if (this.closed) return
    switch (answer.kind) {
      case 'unsent': return
      case 'refused': return this.options.events.refused(answer.reason, answer.detail)
      case 'answered':
        await this.connection.setRemoteDescription({ type: 'answer', sdp: answer.sdp })
        await this.tuneCamera()
        this.options.events.negotiated(answer.slots)
    }
  }

  /**
   * Balanced: under congestion a scratch must stay readable and a hand's movement must stay visible, so neither size nor
   * rhythm alone pays. Set after the answer because browsers refuse parameters before it.
   */
  private async tuneCamera(): Promise<void> {
    const parameters = this.video.sender.getParameters() as RTCRtpSendParameters & { degradationPreference?: string }
    if (parameters.encodings === undefined || parameters.encodings.length === 0) return
    parameters.degradationPreference = 'balanced'
    await this.video.sender.setParameters(parameters).catch(() => undefined)
  }

  private addSlots(kind: 'audio' | 'video', wanted: number): number {
    const have = this.connection.getTransceivers().filter((transceiver) => transceiver.receiver.track.kind === kind).length
    const missing = Math.max(0, Math.min(wanted, maxSlotsOfAKind) - have)
    for (let added = 0; added < missing; added++) {
      preferCodecs(this.connection.addTransceiver(kind, { direction: 'recvonly' }), kind)
    }
    return missing
  }

  private stateChanged(): void {
    this.show(stateFrom(this.connection.connectionState, this.connection.iceConnectionState))
  }

  private show(state: PeerState): void {
    if (state === this.last) return
    this.last = state
    this.options.events.state(state)
  }
}

function stateFrom(connection: RTCPeerConnectionState, ice: RTCIceConnectionState): PeerState {
  // Firefox and WebKit are late with one or the other: the worse news wins.
  if (connection === 'closed') return 'closed'
  if (connection === 'failed' || ice === 'failed') return 'failed'
  if (connection === 'disconnected' || ice === 'disconnected') return 'interrupted'
  return connection === 'connected' ? 'connected' : connection === 'new' ? 'new' : 'connecting'
}

function toBrowserServer(server: IceServer): RTCIceServer {
  return {
    urls: [...server.urls],
    ...(server.username !== null && { username: server.username }),
    ...(server.credential !== null && { credential: server.credential }),
  }
}
