import type { CallMessage, IceServer, PublicationUpdate } from '@/contracts/generated'
import type { CallId, EndReason, ReportableStep, Source, TimingMeasure } from '@/contracts/names'
import type { LocalMediaState } from '@/media/local-media'
import { keepPath, neededRelay } from '@/media/path-memory'
import { MediaPeer, type OfferAnswer, type PeerOptions, type PeerState } from '@/media/peer'
import type { StillsPort } from '@/media/stills-port'
import { QualityWitness } from '@/media/quality-witness'
import { CallHub, type CallHubOptions, type SignallingStatus } from '@/signalling/call-hub'
import { systemClock, type Cancel, type Clock } from '@/signalling/clock'
import { ProblemError } from '@/signalling/problem'
import { LinkKeeper } from './link-keeper'
import { MediaMending } from './media-mending'
import { othersWantStills } from './phase'
import { initialCallState, reduce, type CallEvent, type CallState } from './state'

export type EngineOptions = {
  readonly onState: (state: CallState) => void
  readonly cameraBitrateBps: number
  readonly hub?: CallHubOptions
  readonly clock?: Clock
  /** Takes and sends photos where the way up carries no video; without it the page always sends video. */
  readonly stills?: StillsPort
  readonly makePeer?: (options: PeerOptions) => MediaPeer
  /** Each message after the state has taken it in, for sounds and announcements. */
  readonly onMessage?: (message: CallMessage) => void
}

/** The server refuses more than one report in 4 s. */
const reportEveryMs = 5_000
/** A relay's credential opens allocations for 5 minutes at least. */
const serversFreshMs = 240_000
/** A relay that does not answer in this time is gone: everything is tried. */
const relayPatienceMs = 4_000

/**
 * One page's part in one call: joins by signalling, keeps one peer connection to the server, mends both. It decides nothing about
 * words or pixels; pages render its CallState.
 */
export class CallEngine {
  private readonly hub: CallHub
  private readonly clock: Clock
  private readonly mending: MediaMending
  private readonly link: LinkKeeper | null
  private current: CallState = initialCallState
  private peer: MediaPeer | null = null
  private iceServers: readonly IceServer[] = []
  private iceServersAtMs = 0
  private witness = new QualityWitness()
  private cancelReport: Cancel | null = null
  private wantsMedia = false
  private local: LocalMediaState | null = null
  private published = ''
  private connectStartedMs: number | null = null
  private cancelPublish: Cancel | null = null

  constructor(private readonly options: EngineOptions) {
    this.clock = options.clock ?? systemClock
    this.hub = new CallHub(
      { status: (status) => this.onStatus(status), message: (message) => this.onMessage(message) },
      { ...options.hub, clock: this.clock },
    )
    this.mending = new MediaMending(this.clock, {
      restart: () => void this.restart(),
      giveUp: () => this.giveUp(),
    })
    this.link = options.stills === undefined ? null : new LinkKeeper(this.clock, {
      view: () => ({
        camera: this.current.media === 'connected' ? this.local?.camera.track ?? null : null, othersWantStills: othersWantStills(this.current),
      }),
      read: () => this.peer?.linkReading() ?? Promise.resolve(null),
      sendVideo: (active) => void this.peer?.sendVideo(active),
      report: (mode, estimateBps) => this.hub.reportLink(mode, estimateBps),
    }, options.stills)
  }

  get state(): CallState {
    return this.current
  }

  /** For first-frame measures and statistics; null before startMedia. */
  get mediaPeer(): MediaPeer | null {
    return this.peer
  }

  join(callId: CallId): void {
    this.hub.connect(callId)
  }

  /**
   * Negotiates; call it as early as it is allowed (buyer: right after consent) and in parallel with opening the camera. Tracks that
   * `setLocal` brings later need no negotiation. Before the join it is remembered.
   */
  async startMedia(): Promise<void> {
    this.wantsMedia = true
    if (this.stale) await this.renew()
    if (this.current.signalling !== 'up' || this.peer !== null) return
    this.connectStartedMs = this.clock.now()
    const relayOnly = this.iceServers.some(isRelay) && neededRelay()
    const peer = this.newPeer(relayOnly)
    this.peer = peer
    if (relayOnly) this.clock.after(relayPatienceMs, () => { if (this.peer === peer && this.current.media === 'connecting') void this.restart() })
    this.link?.start()
    this.dispatch({ type: 'media', media: 'connecting', atMs: this.clock.now() })
    await this.applyLocal()
    await this.peer?.negotiate()
  }

  /** The page's own camera and microphone as they are now. */
  setLocal(local: LocalMediaState): void {
    this.local = local
    void this.applyLocal()
  }

  /** Network changed or the page woke up. */
  networkChanged(): void {
    this.hub.nudge()
    if (this.current.media === 'interrupted') this.mending.now()
  }

  networkLost(): void {
    this.hub.networkLost()
  }

  streamOf(mid: string): MediaStream | null {
    return this.peer?.streamOf(mid) ?? null
  }

  /** What a participant shows or says now; null when it has no slot here. */
  streamFor(participantId: string, source: Source): MediaStream | null {
    const slot = this.current.slots.find((one) => one.participantId === participantId && one.source === source)
    return slot === undefined ? null : this.streamOf(slot.mid)
  }

  /** Reports are worth a try, never an error. */
  reportStep(step: ReportableStep): void {
    void this.hub.reportStep(step).catch(() => undefined)
  }

  reportTiming(measure: TimingMeasure, milliseconds: number): void {
    void this.hub.reportTiming(measure, milliseconds).catch(() => undefined)
  }

  /** Ends the call for everybody; the page shows the end at once, whether or not the server was reached. */
  async hangUp(reason: EndReason): Promise<void> {
    await this.hub.hangUp(reason).catch(() => undefined)
    this.hub.close({ kind: 'ended', reason })
  }

  async leave(): Promise<void> {
    await this.hub.leave('left')
  }

  /** After `lost` or `media_lost`: from the beginning, on the same place if it is still kept. */
  retry(callId: CallId): void {
    this.closePeer()
    this.hub.connect(callId)
  }

  dispose(): void {
    this.hub.close()
    this.closePeer()
  }

  private dispatch(event: CallEvent): void {
    this.current = reduce(this.current, event)
    this.options.onState(this.current)
  }

  private onStatus(status: SignallingStatus): void {
    this.dispatch({ type: 'signalling', status, atMs: this.clock.now() })
    if (status.kind === 'joined' || status.kind === 'resumed') this.take(status.iceServers)
    if (status.kind === 'joined') {
      // A new place knows nothing of the old connection.
      this.closePeer()
      this.link?.rejoined()
      if (this.wantsMedia) void this.startMedia()
    } else if (status.kind === 'resumed') {
      this.published = ''
      if (this.wantsMedia && this.peer === null) void this.startMedia()
      else void this.applyLocal()
      if (this.current.media === 'interrupted') this.mending.now()
    } else if (status.kind === 'closed') {
      this.closePeer()
    }
  }

  private onMessage(message: CallMessage): void {
    this.dispatch({ type: 'message', message, atMs: this.clock.now() })
    if (message.type === 'negotiation_wanted') void this.peer?.provideSlots(message.audioSlots, message.videoSlots)
    // Media that was refused for want of consent is welcome now.
    if (message.type === 'consent_given' && this.current.mediaRefusal === 'consent.required') void this.peer?.negotiate()
    this.options.onMessage?.(message)
  }

  private get stale(): boolean {
    return this.iceServers.some(isRelay) && this.clock.now() - this.iceServersAtMs > serversFreshMs
  }

  private take(iceServers: readonly IceServer[]): void {
    this.iceServers = iceServers
    this.iceServersAtMs = this.clock.now()
  }

  /** Best effort: what allocates with old credentials fails on its own, and the direct ways need none. */
  private async renew(): Promise<void> {
    await this.hub.renewIceServers().then((servers) => this.take(servers), () => undefined)
  }

  private async restart(): Promise<void> {
    if (this.stale) await this.renew()
    await this.peer?.restartIce(this.iceServers)
  }

  private watch(): void {
    this.cancelReport?.()
    this.cancelReport = this.clock.after(reportEveryMs, () => {
      this.watch()
      void this.report().catch(() => undefined)
    })
  }

  private async report(): Promise<void> {
    if (this.peer === null || this.current.media !== 'connected') return
    const seen = this.witness.read(await this.peer.stats(), this.clock.now())
    if (seen === null) return
    void this.hub.reportQuality(seen).catch(() => undefined)
    keepPath(seen.path)
  }

  private newPeer(relayOnly: boolean): MediaPeer {
    const make = this.options.makePeer ?? ((options: PeerOptions) => new MediaPeer(options))
    return make({
      iceServers: this.iceServers,
      relayOnly,
      cameraBitrateBps: this.options.cameraBitrateBps,
      offer: (sdp) => this.offer(sdp),
      events: {
        state: (state) => this.onPeerState(state),
        negotiated: (slots) => {
          this.dispatch({ type: 'negotiated', slots })
          void this.applyLocal()
        },
        refused: (reason) => this.onRefused(reason),
      },
    })
  }

  private async offer(sdp: string): Promise<OfferAnswer> {
    try {
      return await this.hub.negotiate(sdp)
    } catch (error) {
      // The socket went away: after the resume, mending offers again.
      return error instanceof ProblemError && error.reason === 'network' ? { kind: 'unsent' } : refusal(error)
    }
  }

  private onRefused(reason: ProblemError['reason']): void {
    if (reason === 'session.rejoin') return this.rejoin()
    this.dispatch({ type: 'media_refused', reason })
  }

  /** The server no longer knows our connection although the place is kept: begin anew. */
  private rejoin(): void {
    this.closePeer()
    void this.startMedia()
  }

  private onPeerState(state: PeerState): void {
    const atMs = this.clock.now()
    switch (state) {
      case 'new':
      case 'closed': return
      case 'connecting': return this.onConnecting(atMs)
      case 'connected': return this.onConnected(atMs)
      case 'interrupted':
      case 'failed':
        this.dispatch({ type: 'media', media: 'interrupted', atMs })
        return this.mending.begin(state === 'failed')
    }
  }

  private onConnecting(atMs: number): void {
    if (this.current.media === 'none') this.dispatch({ type: 'media', media: 'connecting', atMs })
  }

  private onConnected(atMs: number): void {
    const interruptedAt = this.current.interruptedAtMs
    this.mending.stop()
    this.watch()
    this.dispatch({ type: 'media', media: 'connected', atMs })
    if (this.connectStartedMs !== null) this.reportTiming('connect', atMs - this.connectStartedMs)
    else if (interruptedAt !== null) this.reportTiming('resume', atMs - interruptedAt)
    this.connectStartedMs = null
  }

  private giveUp(): void {
    this.dispatch({ type: 'media_lost' })
    this.hub.close({ kind: 'lost' })
  }

  private closePeer(): void {
    this.mending.stop()
    this.link?.stop()
    this.cancelPublish?.()
    this.cancelReport?.()
    this.witness = new QualityWitness()
    this.peer?.close()
    this.peer = null
    this.published = ''
    this.connectStartedMs = null
    if (this.current.media !== 'none') this.dispatch({ type: 'media', media: 'none', atMs: this.clock.now() })
  }

  private async applyLocal(): Promise<void> {
    const { peer, local } = this
    if (peer === null || local === null) return
    await Promise.all([peer.setMicrophone(local.microphone.track), peer.setCamera(local.camera.track)])
    await this.publish(peer, local)
  }

  /** Tells the server what the sections carry, when that changed. */
  private async publish(peer: MediaPeer, local: LocalMediaState): Promise<void> {
    const publications = publicationsOf(peer, local)
    const text = JSON.stringify(publications)
    if (publications.length === 0 || text === this.published) return
    this.published = text
    try {
      await this.hub.setPublications(publications)
    } catch {
      // Tried again after the resume, or shortly where the server refused because the answer is not there yet.
      this.published = ''
      this.cancelPublish?.()
      this.cancelPublish = this.clock.after(1_000, () => void this.applyLocal())
    }
  }
}

const isRelay = (server: IceServer): boolean => server.credential !== null

function publicationsOf(peer: MediaPeer, local: LocalMediaState): PublicationUpdate[] {
  const { microphoneMid, cameraMid } = peer
  const had = (source: LocalMediaState['camera']) => source.track !== null || source.muted
  return [
    ...(microphoneMid !== null && had(local.microphone) ? [{ mid: microphoneMid, source: 'microphone', muted: local.microphone.muted }] : []),
    ...(cameraMid !== null && had(local.camera) ? [{ mid: cameraMid, source: 'camera', muted: local.camera.muted }] : []),
  ]
}

function refusal(error: unknown): OfferAnswer {
  return error instanceof ProblemError
    ? { kind: 'refused', reason: error.reason, detail: error.detail }
    : { kind: 'refused', reason: 'server.unexpected', detail: '' }
}
