import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { IceServer } from '@/contracts/generated'
import type { CallId } from '@/contracts/names'
import type { LocalMediaState } from '@/media/local-media'
import type { MediaPeer, PeerOptions } from '@/media/peer'
import { emptySnapshot, FakeHub, joined, resumed } from '@/testing/fake-hub'
import { ManualClock, settle } from '@/testing/manual-clock'
import { CallEngine } from './engine'
import { phaseOf } from './phase'

/** A peer without a browser: it offers, and its connection is as good as the test says. */
class FakePeer {
  microphoneMid: string | null = null
  cameraMid: string | null = null
  microphone: unknown = null
  camera: unknown = null
  restarts = 0
  closed = false
  slotsAsked: [number, number][] = []

  constructor(readonly options: PeerOptions) {}

  async negotiate(): Promise<void> {
    this.microphoneMid = '0'
    this.cameraMid = '1'
    const answer = await this.options.offer('offer')
    if (answer.kind === 'answered') this.options.events.negotiated(answer.slots)
    else if (answer.kind === 'refused') this.options.events.refused(answer.reason, answer.detail)
  }

  setMicrophone(track: unknown): Promise<void> { this.microphone = track; return Promise.resolve() }
  setCamera(track: unknown): Promise<void> { this.camera = track; return Promise.resolve() }
  provideSlots(audio: number, video: number): Promise<void> { this.slotsAsked.push([audio, video]); return Promise.resolve() }
  servers: readonly IceServer[] = []
  stat: Record<string, unknown> = {}
  restartIce(servers: readonly IceServer[]): Promise<void> { this.restarts++; this.servers = servers; return this.negotiate() }
  stats(): Promise<unknown> { return Promise.resolve(new Map([['in', { type: 'inbound-rtp', kind: 'video', ...this.stat }]])) }
  streamOf(): null { return null }
  close(): void { this.closed = true }
}

const camera = {} as MediaStreamTrack
const local = (change: Partial<LocalMediaState> = {}): LocalMediaState => ({
  facing: 'environment', microphone: { track: camera, muted: false, failure: null }, camera: { track: camera, muted: false, failure: null }, ...change,
})

describe('the engine of a call', () => {
  let hub: FakeHub
  let clock: ManualClock
  let peers: FakePeer[]
  let engine: CallEngine
  const call = 'call-1' as CallId
  const peer = () => peers.at(-1)!

  beforeEach(() => {
    hub = new FakeHub()
    hub.answers.Negotiate = () => ({ sdp: 'answer', code: null, detail: null, slots: [] })
    clock = new ManualClock()
    peers = []
    engine = new CallEngine({
      cameraBitrateBps: 1, clock, hub: { transport: hub.factory }, onState: () => undefined,
      makePeer: (options) => {
        const made = new FakePeer(options)
        peers.push(made)
        return made as unknown as MediaPeer
      },
    })
  })

  async function live(): Promise<void> {
    engine.join(call)
    await settle()
    await engine.startMedia()
    peer().options.events.state('connected')
    await settle()
  }

  test('remembers the wish for media until it has joined', async () => {
    await engine.startMedia()
    expect(peers).toHaveLength(0)
    engine.join(call)
    await settle()
    expect(peers).toHaveLength(1)
  })

  test('negotiates before the camera is open and publishes it without another offer', async () => {
    await live()
    expect(hub.invokedOf('SetPublications')).toEqual([])
    engine.setLocal(local())
    await settle()
    expect(hub.invokedOf('Negotiate')).toHaveLength(1)
    expect(hub.invokedOf('SetPublications')).toEqual([{ publications: [
      { mid: '0', source: 'microphone', muted: false }, { mid: '1', source: 'camera', muted: false },
    ] }])
  })

  test('says mute and camera off once each', async () => {
    await live()
    engine.setLocal(local())
    await settle()
    const off = local({ camera: { track: null, muted: true, failure: null } })
    engine.setLocal(off)
    engine.setLocal(off)
    await settle()
    expect(hub.invokedOf('SetPublications')).toHaveLength(2)
    expect(peer().camera).toBeNull()
  })

  test('keeps the connection over a resumed socket', async () => {
    await live()
    hub.connectAnswers = [resumed()]
    hub.drop()
    expect(phaseOf(engine.state).name).toBe('reconnecting')
    await clock.advance(500)
    expect(phaseOf(engine.state).name).toBe('live')
    expect(peers).toHaveLength(1)
    expect(hub.invokedOf('Negotiate')).toHaveLength(1)
  })

  test('connects anew when its place is gone', async () => {
    await live()
    hub.connectAnswers = [{ ...resumed(), outcome: 'rejoin' }, joined({ snapshot: { ...emptySnapshot, state: 'live' } })]
    hub.drop()
    await clock.advance(500)
    expect(peers.map((one) => one.closed)).toEqual([true, false])
    expect(hub.invokedOf('Negotiate')).toHaveLength(2)
  })

  test('restarts ICE when the path broke, and says how long it took', async () => {
    await live()
    peer().options.events.state('interrupted')
    await clock.advance(1_500)
    expect(peer().restarts).toBe(1)
    peer().options.events.state('connected')
    await settle()
    expect(hub.invokedOf('ReportTiming').at(-1)).toEqual({ measure: 'resume', milliseconds: 1_500 })
  })

  test('tells every five seconds what it saw', async () => {
    await live()
    peer().stat = { framesDecoded: 100, freezeCount: 0, frameWidth: 640, frameHeight: 480 }
    await clock.advance(5_000)
    expect(hub.invokedOf('ReportQuality')).toEqual([])
    peer().stat = { framesDecoded: 250, freezeCount: 1, totalFreezesDuration: 0.4, jitterBufferDelay: 3, jitterBufferEmittedCount: 50, frameWidth: 640, frameHeight: 480 }
    await clock.advance(5_000)
    expect(hub.invokedOf('ReportQuality')).toEqual([
      { overMs: 5_000, frames: 150, freezes: 1, frozenMs: 400, bufferMs: 60, width: 640, height: 480, sentWidth: 0, sentHeight: 0, path: '' },
    ])
    hub.send({ type: 'call_ended', reason: 'buyer_hung_up', seq: 1 })
    await clock.advance(10_000)
    expect(hub.invokedOf('ReportQuality')).toHaveLength(1)
  })

  const relay = (username: string): IceServer => ({ urls: ['turn:relay.example'], username, credential: 'secret' })

  test('restarts with fresh credentials for the relay once those of the join are old', async () => {
    hub.connectAnswers = [joined({ iceServers: [relay('1')] })]
    hub.answers.RenewIceServers = () => ({ code: null, iceServers: [relay('2')] })
    await live()
    peer().options.events.state('interrupted')
    await clock.advance(1_500)
    expect(peer().servers).toEqual([relay('1')])
    peer().options.events.state('connected')
    await clock.advance(300_000)
    peer().options.events.state('interrupted')
    await clock.advance(1_500)
    expect(peer().servers).toEqual([relay('2')])
  })

  test('starts with the relay where only that worked, and tries everything when it is gone', async () => {
    vi.stubGlobal('navigator', {})
    vi.stubGlobal('sessionStorage', { getItem: () => `${Date.now() + 60_000} ` })
    hub.connectAnswers = [joined({ iceServers: [relay('1')] })]
    engine.join(call)
    await settle()
    await engine.startMedia()
    expect(peer().options.relayOnly).toBe(true)
    peer().options.events.state('connecting')
    await clock.advance(4_000)
    expect(peer().restarts).toBe(1)
    vi.unstubAllGlobals()
  })

  test('offers again after consent when it was refused for want of it', async () => {
    hub.answers.Negotiate = () => ({ sdp: null, code: 'consent.required', detail: null, slots: [] })
    engine.join(call)
    await settle()
    await engine.startMedia()
    expect(engine.state.mediaRefusal).toBe('consent.required')
    hub.answers.Negotiate = () => ({ sdp: 'answer', code: null, detail: null, slots: [] })
    hub.send({ type: 'consent_given', at: '2026-11-22T12:00:00Z', seq: 1 })
    await settle()
    expect(engine.state.mediaRefusal).toBeNull()
  })

  test('adds sections when more people join', async () => {
    await live()
    hub.send({ type: 'negotiation_wanted', audioSlots: 3, videoSlots: 2, reason: 'joined', seq: 1 })
    expect(peer().slotsAsked).toEqual([[3, 2]])
  })

  test('lets go of everything when the call ends', async () => {
    await live()
    hub.send({ type: 'call_ended', reason: 'buyer_hung_up', seq: 1 })
    expect(peer().closed).toBe(true)
    expect(phaseOf(engine.state)).toEqual({ name: 'closed', outcome: { kind: 'ended', reason: 'buyer_hung_up' } })
  })

  test('ends here at once when the person hangs up without a network', async () => {
    await live()
    hub.reachable = false
    hub.drop()
    await engine.hangUp('buyer_hung_up')
    expect(engine.state.outcome).toEqual({ kind: 'ended', reason: 'buyer_hung_up' })
  })
})
