import { describe, expect, test } from 'vitest'
import type { CallMessage } from '@/contracts/generated'
import { readCallMessage } from './call-messages'

const participant = { participantId: 'p', role: 'agent', displayName: '小林', connection: 'connected', publications: [] }
const slot = { mid: '0', kind: 'audio', publicationId: null, participantId: null, source: null }

/** One of each: a type without an example does not compile. */
const examples: { readonly [T in CallMessage['type']]: Extract<CallMessage, { type: T }> } = {
  participant_changed: { type: 'participant_changed', participant, seq: 1 },
  participant_gone: { type: 'participant_gone', participantId: 'p', reason: 'left', seq: 1 },
  slots_changed: { type: 'slots_changed', slots: [slot], seq: 1 },
  negotiation_wanted: { type: 'negotiation_wanted', audioSlots: 2, videoSlots: 2, reason: 'joined', seq: 1 },
  buyer_step_changed: { type: 'buyer_step_changed', step: 'connected', seq: 1 },
  consent_given: { type: 'consent_given', at: '2026-11-22T12:00:00Z', seq: 1 },
  quality_changed: { type: 'quality_changed', participantId: 'p', uplinkLoss: 0, downlinkLoss: 0.1, roundTripMs: 30, uplinkBps: 1, downlinkBps: 1, level: 'good', seq: 1 },
  checkpoint: { type: 'checkpoint', recordingId: 'rec-1', part: 1, blockSeq: 41, headHex: 'ab', at: '2026-11-22T08:00:00Z', envelope: '{}', seq: 1 },
  recording_alarm: { type: 'recording_alarm', code: 'disk_low', detail: 'free some space', seq: 1 },
  media_mode_changed: { type: 'media_mode_changed', participantId: 'p', sends: 'stills', receives: 'video', reason: 'weak_uplink', seq: 1 },
  still_taken: { type: 'still_taken', participantId: 'p', stillId: 's', width: 1280, height: 720, seq: 1 },
  recording_state_changed: { type: 'recording_state_changed', state: 'recording', seq: 1 },
  call_ended: { type: 'call_ended', reason: 'expired', seq: 1 },
  replaced: { type: 'replaced', by: 'page', seq: 1 },
}

describe('messages at the socket boundary', () => {
  test.each(Object.values(examples))('$type is read', (message) => {
    expect(readCallMessage(message)).toEqual({ kind: 'known', message })
  })

  test.each(Object.values(examples))('$type with a missing field is only counted', (message) => {
    for (const field of Object.keys(message).filter((name) => name !== 'type' && name !== 'seq')) {
      expect(readCallMessage(Object.fromEntries(Object.entries(message).filter(([name]) => name !== field)))).toEqual({ kind: 'unknown', seq: 1 })
    }
  })

  test('more fields than known are fine: the server may be newer', () => {
    expect(readCallMessage({ ...examples.replaced, more: 1 }).kind).toBe('known')
  })

  test('names of object methods are not message types', () => {
    expect(readCallMessage({ type: 'toString', seq: 4 })).toEqual({ kind: 'unknown', seq: 4 })
  })

  test.each([null, undefined, 1, 'text', [], {}, { type: 'replaced' }, { type: 'replaced', seq: '1' }, { seq: Number.NaN }])('%j is malformed', (value) => {
    expect(readCallMessage(value)).toEqual({ kind: 'malformed' })
  })
})
