import { beforeEach, describe, expect, test } from 'vitest'
import type { CallMessage, Checkpoint } from '@/contracts/generated'
import type { CallId } from '@/contracts/names'
import { FakeHub, joined, resumed } from '@/testing/fake-hub'
import { ManualClock, settle } from '@/testing/manual-clock'
import { CallHub, type SignallingStatus } from './call-hub'
import { backoff } from './reconnection-policy'

const step = (seq: number, name = 'link_opened') => ({ type: 'buyer_step_changed', step: name, seq })

describe('a place in a call', () => {
  let hub: FakeHub
  let clock: ManualClock
  let statuses: SignallingStatus[]
  let messages: CallMessage[]
  let call: CallHub
  let kept: Checkpoint[]

  beforeEach(async () => {
    hub = new FakeHub()
    clock = new ManualClock()
    statuses = []
    messages = []
    kept = []
    call = new CallHub(
      { status: (status) => statuses.push(status), message: (message) => messages.push(message) },
      { transport: hub.factory, clock, checkpoints: { keep: (one) => kept.push(one) }, policy: backoff({ firstMs: 100, factor: 2, maxMs: 1_000, giveUpAfterMs: 10_000, random: () => 1 }) },
    )
    call.connect('call-1' as CallId)
    await settle()
  })

  const kinds = () => statuses.map((status) => status.kind)

  test('is taken on the first connection without a token', () => {
    expect(hub.connects).toEqual([{ callId: 'call-1', resumeToken: null, lastSeq: 0 }])
    expect(kinds()).toEqual(['connecting', 'joined'])
  })

  test('is taken back with token and last number after a dropped socket', async () => {
    hub.send(step(1))
    hub.send(step(2))
    hub.connectAnswers = [resumed()]
    hub.drop()
    await clock.advance(100)
    expect(hub.connects[1]).toEqual({ callId: 'call-1', resumeToken: 'resume-1', lastSeq: 2 })
    expect(kinds()).toEqual(['connecting', 'joined', 'interrupted', 'resumed'])
  })

  test('delivers every message once and in order, whatever is sent twice', async () => {
    hub.send(step(1))
    hub.connectAnswers = [resumed()]
    hub.drop()
    await clock.advance(100)
    hub.send(step(1))
    hub.send(step(2))
    hub.send(step(2))
    hub.send(step(3))
    expect(messages.map((message) => message.seq)).toEqual([1, 2, 3])
  })

  test('resumes when a number is missing', async () => {
    hub.send(step(1))
    hub.connectAnswers = [resumed()]
    hub.send(step(3))
    expect(messages.map((message) => message.seq)).toEqual([1])
    await clock.advance(100)
    expect(hub.connects[1]?.lastSeq).toBe(1)
  })

  test('is begun anew when the server says rejoin, with numbers from 1', async () => {
    hub.send(step(1))
    hub.connectAnswers = [{ ...resumed(), outcome: 'rejoin' }, joined({ resumeToken: 'resume-2' })]
    hub.drop()
    await clock.advance(100)
    expect(hub.connects[2]).toEqual({ callId: 'call-1', resumeToken: null, lastSeq: 0 })
    expect(statuses.at(-1)).toMatchObject({ kind: 'joined', again: true })
    hub.send(step(1, 'consented'))
    expect(messages.at(-1)).toMatchObject({ step: 'consented' })
  })

  test('stays lost when another tab took it while the socket was away', async () => {
    hub.connectAnswers = [{ ...resumed(), outcome: 'replaced' }]
    hub.drop()
    await clock.advance(100)
    expect(statuses.at(-1)).toEqual({ kind: 'closed', outcome: { kind: 'replaced' } })
    await clock.advance(60_000)
    expect(hub.connects).toHaveLength(2)
  })

  test('keeps messages that arrive before the answer to Connect', async () => {
    hub.connectAnswers = [joined()]
    const early = new FakeHub()
    const seen: CallMessage[] = []
    const other = new CallHub({ status: () => undefined, message: (message) => seen.push(message) }, {
      clock, transport: (events) => ({ ...early.factory(events), invoke: (method) => {
        if (method === 'Connect') events.receive(step(1))
        return Promise.resolve(method === 'Connect' ? joined() : { code: null })
      } }),
    })
    other.connect('call-1' as CallId)
    await settle()
    expect(seen.map((message) => message.seq)).toEqual([1])
  })

  test('counts a message it does not understand', async () => {
    hub.send({ type: 'from_the_future', seq: 1, anything: true })
    hub.send(step(2))
    expect(messages.map((message) => message.seq)).toEqual([2])
    await clock.advance(1_000)
    expect(hub.invokedOf('Acknowledge')).toEqual([{ seq: 2 }])
  })

  test('ignores what is no message at all', () => {
    for (const rubbish of [null, 7, 'x', [], {}, { type: 'call_ended' }, { seq: 'one' }]) hub.send(rubbish)
    hub.send(step(1))
    expect(messages).toHaveLength(1)
  })

  test('acknowledges after a second, or at once when many came', async () => {
    hub.send(step(1))
    expect(hub.invokedOf('Acknowledge')).toEqual([])
    await clock.advance(1_000)
    expect(hub.invokedOf('Acknowledge')).toEqual([{ seq: 1 }])
    for (let seq = 2; seq <= 17; seq++) hub.send(step(seq))
    expect(hub.invokedOf('Acknowledge')).toEqual([{ seq: 1 }, { seq: 17 }])
  })

  test('keeps a checkpoint and says it back', async () => {
    hub.send({ type: 'checkpoint', recordingId: 'rec-1', part: 1, blockSeq: 41, headHex: 'ab', at: '2026-11-22T08:00:00Z', envelope: '{}', seq: 1 })
    await settle()
    expect(hub.invokedOf('EchoCheckpoint')).toEqual([{ recordingId: 'rec-1', part: 1, blockSeq: 41, headHex: 'ab' }])
    expect(kept.map((one) => one.recordingId)).toEqual(['rec-1'])
  })

  test('waits longer from try to try and gives up in the end', async () => {
    hub.reachable = false
    hub.drop()
    await clock.advance(30_000)
    const waits = statuses.flatMap((status) => (status.kind === 'interrupted' ? [status.nextTryInMs] : []))
    expect(waits.slice(0, 5)).toEqual([100, 200, 400, 800, 1_000])
    expect(statuses.at(-1)).toEqual({ kind: 'closed', outcome: { kind: 'lost' } })
  })

  test('can be tried again after it was given up', async () => {
    hub.reachable = false
    hub.drop()
    await clock.advance(30_000)
    hub.reachable = true
    hub.connectAnswers = [resumed()]
    call.connect('call-1' as CallId)
    await settle()
    expect(statuses.at(-1)).toEqual({ kind: 'resumed', iceServers: [] })
  })

  test('is tried at once when the network comes back', async () => {
    hub.reachable = false
    hub.drop()
    await clock.advance(2_000)
    hub.reachable = true
    hub.connectAnswers = [resumed()]
    call.nudge()
    await settle()
    expect(statuses.at(-1)).toEqual({ kind: 'resumed', iceServers: [] })
  })

  test('finds out that a socket died with the old network', async () => {
    hub.answers.Acknowledge = () => new Promise(() => undefined)
    call.nudge()
    await clock.advance(2_500)
    expect(statuses.at(-1)?.kind).toBe('interrupted')
  })

  test('is taken for lost when there is no network at all', async () => {
    hub.connectAnswers = [resumed()]
    call.networkLost()
    expect(statuses.at(-1)?.kind).toBe('interrupted')
    await clock.advance(100)
    expect(statuses.at(-1)).toEqual({ kind: 'resumed', iceServers: [] })
  })

  test('ends with the call', () => {
    hub.send({ type: 'call_ended', reason: 'agent_hung_up', seq: 1 })
    expect(statuses.at(-1)).toEqual({ kind: 'closed', outcome: { kind: 'ended', reason: 'agent_hung_up' } })
  })

  test('stops when another page took it, and stays stopped', async () => {
    hub.send({ type: 'replaced', by: 'page', seq: 1 })
    hub.drop()
    await clock.advance(60_000)
    expect(statuses.at(-1)).toEqual({ kind: 'closed', outcome: { kind: 'replaced' } })
    expect(hub.sockets).toBe(1)
  })

  test('says why it was refused', async () => {
    hub.connectAnswers = [{ ...resumed(), outcome: 'refused', code: 'media.room_full' }]
    hub.drop()
    await clock.advance(100)
    expect(statuses.at(-1)).toEqual({ kind: 'closed', outcome: { kind: 'refused', reason: 'media.room_full' } })
  })

  test('turns a refused command into its reason', async () => {
    hub.answers.ReportStep = () => ({ code: 'call.ended' })
    await expect(call.reportStep('connecting')).rejects.toMatchObject({ reason: 'call.ended' })
  })

  test('hands over the answer to an offer, or why there is none', async () => {
    hub.answers.Negotiate = () => ({ sdp: 'v=0', code: null, detail: null, slots: [] })
    await expect(call.negotiate('offer')).resolves.toEqual({ kind: 'answered', sdp: 'v=0', slots: [] })
    hub.answers.Negotiate = () => ({ sdp: null, code: 'media.sdp_refused', detail: 'sdp.too_large', slots: [] })
    await expect(call.negotiate('offer')).resolves.toEqual({ kind: 'refused', reason: 'media.sdp_refused', detail: 'sdp.too_large' })
    hub.answers.Negotiate = () => ({ sdp: 5 })
    await expect(call.negotiate('offer')).rejects.toMatchObject({ reason: 'unreadable' })
  })
})
