import { describe, expect, test } from 'vitest'
import type { CallMessage, ParticipantView, SlotView } from '@/contracts/generated'
import type { ParticipantId } from '@/contracts/names'
import type { SignallingStatus } from '@/signalling/call-hub'
import { emptySnapshot } from '@/testing/fake-hub'
import { audibleMids, clockText, mainStaff, others, phaseOf, publicationMuted, qualityWord } from './phase'
import { initialCallState, reduce, type CallEvent, type CallState } from './state'

const agent = (change: Partial<ParticipantView> = {}): ParticipantView => ({
  participantId: 'a', role: 'agent', displayName: '小林', connection: 'connected', publications: [], ...change,
})
const buyer: ParticipantView = { participantId: 'b', role: 'buyer', displayName: '王**', connection: 'connected', publications: [] }

const joined = (snapshot: Partial<typeof emptySnapshot> = {}): SignallingStatus => ({
  kind: 'joined', again: false, participantId: 'b' as ParticipantId, snapshot: { ...emptySnapshot, participants: [buyer], ...snapshot }, iceServers: [],
})
const signalling = (status: SignallingStatus, atMs = 0): CallEvent => ({ type: 'signalling', status, atMs })
const message = (one: CallMessage, atMs = 0): CallEvent => ({ type: 'message', message: one, atMs })
const media = (state: CallState['media'], atMs = 0): CallEvent => ({ type: 'media', media: state, atMs })
const after = (...events: CallEvent[]): CallState => events.reduce(reduce, initialCallState)

describe('a call', () => {
  test('knows what troubles its recorder until that is over: each recovery ends its own, unknown kinds stay', () => {
    const alarm = (code: string): CallEvent => message({ type: 'recording_alarm', code, detail: '', seq: 0 })
    const codes = (...said: string[]): readonly string[] => after(...said.map(alarm)).recordingAlarms.map((one) => one.code)
    expect(codes('disk_low', 'video_off', 'disk_low')).toEqual(['video_off', 'disk_low'])
    expect(codes('disk_low', 'video_off', 'write_failed', 'video_on')).toEqual(['disk_low', 'write_failed'])
    expect(codes('write_failed', 'flood', 'write_resumed', 'disk_recovered')).toEqual(['flood'])
    expect(codes('store_down', 'flood', 'store_back')).toEqual(['flood'])
  })

  test('goes from joining over waiting and connecting to live', () => {
    const names = [signalling({ kind: 'connecting' }), signalling(joined()), media('connecting'), media('connected')]
      .map((_, index, all) => phaseOf(after(...all.slice(0, index + 1))).name)
    expect(names).toEqual(['joining', 'waiting', 'connecting', 'live'])
  })

  test('waits once, from the first loss to the last repair', () => {
    const lost = after(signalling(joined()), media('connected'), media('interrupted', 1_000), signalling({ kind: 'interrupted', attempt: 0, nextTryInMs: 1 }, 3_000))
    expect(phaseOf(lost)).toEqual({ name: 'reconnecting', sinceMs: 1_000 })
    const half = reduce(lost, signalling({ kind: 'resumed', iceServers: [] }, 5_000))
    expect(phaseOf(half)).toEqual({ name: 'reconnecting', sinceMs: 1_000 })
    expect(phaseOf(reduce(half, media('connected', 6_000)))).toEqual({ name: 'live' })
  })

  test('stays ended whatever still arrives', () => {
    const ended = after(signalling(joined()), signalling({ kind: 'closed', outcome: { kind: 'ended', reason: 'agent_hung_up' } }))
    const later = [media('connected'), message({ type: 'participant_changed', participant: agent(), seq: 9 }), { type: 'media_lost' } as const].reduce(reduce, ended)
    expect(phaseOf(later)).toEqual({ name: 'closed', outcome: { kind: 'ended', reason: 'agent_hung_up' } })
  })

  test('keeps why media was given up when the socket closes after it', () => {
    const lost = after(signalling(joined()), { type: 'media_lost' }, signalling({ kind: 'closed', outcome: { kind: 'lost' } }))
    expect(lost.outcome).toEqual({ kind: 'media_lost' })
    expect(phaseOf(reduce(lost, signalling({ kind: 'connecting' }))).name).toBe('joining')
  })

  test('counts its time from the server’s, and from consent when it begins here', () => {
    expect(after(signalling(joined({ state: 'live', elapsedSeconds: 90 }), 100_000)).startedAtMs).toBe(10_000)
    const consented = after(signalling(joined()), message({ type: 'consent_given', at: '2026-11-22T12:00:00Z', seq: 1 }, 7_000))
    expect([consented.stage, consented.startedAtMs, consented.consentAtMs]).toEqual(['live', 7_000, 7_000])
  })

  test('keeps people by their id', () => {
    const two = after(signalling(joined()), message({ type: 'participant_changed', participant: agent({ connection: 'joining' }), seq: 1 }),
      message({ type: 'participant_changed', participant: agent(), seq: 2 }))
    expect(others(two)).toEqual([agent()])
    expect(others(reduce(two, message({ type: 'participant_gone', participantId: 'a', reason: 'left', seq: 3 })))).toEqual([])
  })

  test('shows the connected agent before a supervisor or one who is still joining', () => {
    const people = [agent({ participantId: 's', role: 'supervisor' }), agent({ participantId: 'x', connection: 'joining' }), agent()]
    expect(mainStaff(after(signalling(joined({ participants: [buyer, ...people] }))))?.participantId).toBe('a')
  })

  test('takes slots from the answer and from later messages', () => {
    const slot: SlotView = { mid: '0', kind: 'audio', publicationId: 'm', participantId: 'a', source: 'microphone' }
    const state = after(signalling(joined()), { type: 'negotiated', slots: [slot] })
    expect(audibleMids(state)).toEqual(['0'])
    expect(audibleMids(reduce(state, message({ type: 'slots_changed', slots: [{ ...slot, publicationId: null }], seq: 1 })))).toEqual([])
  })

  test('treats words of a newer server as the safest it knows', () => {
    expect(after(signalling(joined({ state: 'parked' }))).stage).toBe('waiting')
    expect(after(message({ type: 'recording_state_changed', state: 'melting', seq: 1 })).recording).toBe('failed')
  })

  test('forgets a refusal once media is accepted', () => {
    const refused = after(signalling(joined()), { type: 'media_refused', reason: 'consent.required' })
    expect(refused.mediaRefusal).toBe('consent.required')
    expect(reduce(refused, { type: 'negotiated', slots: [] }).mediaRefusal).toBeNull()
  })
})

describe('words for a person', () => {
  test.each([[0, 0, 80, 'good'], [0.02, 0.01, 200, 'good'], [0.05, 0, 80, 'fair'], [0, 0, 300, 'fair'], [0, 0.2, 80, 'poor'], [0, 0, 900, 'poor']] as const)(
    'uplink loss %d, downlink loss %d, %d ms is %s', (uplinkLoss, downlinkLoss, roundTripMs, word) => {
      expect(qualityWord({ uplinkLoss, downlinkLoss, roundTripMs })).toBe(word)
    })

  test('nothing measured yet is not a bad network', () => expect(qualityWord(null)).toBe('good'))

  test.each([[-5, '00:00'], [134_000, '02:14'], [3_734_999, '1:02:14']])('%d ms reads %s', (ms, text) => {
    expect(clockText(ms)).toBe(text)
  })

  test('somebody without a microphone counts as muted', () => {
    expect(publicationMuted(agent(), 'microphone')).toBe(true)
    const open = agent({ publications: [{ publicationId: 'm', kind: 'audio', source: 'microphone', muted: false, active: true }] })
    expect(publicationMuted(open, 'microphone')).toBe(false)
  })
})
