import { describe, expect, it } from 'vitest'
import type { CallView, RecordingView } from '@/contracts/generated'
import { byTime, lasted, notableGaps, stageOf } from './recordingView'
import { totals } from './totals'
import { withCall, withPhoto } from './ticketStore'

const file = { name: 'a.mp4', purpose: 'playback', contentType: 'video/mp4', length: 1, sha256: '', url: '/x' }
const recording = (state: string, more: Partial<RecordingView> = {}): RecordingView => ({ recordingId: 'r', state, reason: '', durationSeconds: 10, startedAt: '', files: [file], gaps: [], ...more })
const call = (more: Partial<CallView> = {}): CallView => ({
  callId: 'c', ticketId: 't', state: 'ended', buyerStep: 'left', agentName: '', createdAt: '2026-01-01T10:00:00Z', startedAt: '2026-01-01T10:01:00Z',
  endedAt: '2026-01-01T10:13:08Z', endReason: null, recording: null, rating: null, earlierRecordings: [], ...more,
})

describe('A recording', () => {
  it.each([['recording', 'recording'], ['muxing', 'muxing'], ['ready', 'playable'], ['partial', 'playable'], ['empty', 'empty'], ['erased', 'erased'], ['failed', 'failed'], ['from a newer server', 'failed']])('%s is shown as %s', (state, stage) => {
    expect(stageOf(recording(state))).toBe(stage)
  })

  it('without a file to play is no player', () => {
    expect(stageOf(recording('ready', { files: [] }))).toBe('failed')
    expect(stageOf(null)).toBe('none')
  })

  it('states its gaps in order and leaves out what nobody can see', () => {
    const gap = (fromSeconds: number, toSeconds: number) => ({ participantId: 'b', source: 'camera', fromSeconds, toSeconds, reason: 'network' })
    expect(notableGaps(recording('partial', { gaps: [gap(9, 10), gap(2, 2.03), gap(1, 4)] })).map((one) => one.fromSeconds)).toEqual([1, 9])
  })
})

describe('A call', () => {
  it('lasts from agreement to end', () => {
    expect(lasted(call())).toBe(728)
    expect(lasted(call({ startedAt: null }))).toBeNull()
  })

  it('stands above the older ones', () => {
    expect(byTime([call({ callId: 'old' }), call({ callId: 'new', createdAt: '2026-01-02T10:00:00Z' })]).map((one) => one.callId)).toEqual(['new', 'old'])
  })

  it('replaces its earlier view on the ticket or comes first', () => {
    expect(withCall([call()], call({ state: 'live' }))).toEqual([call({ state: 'live' })])
    expect(withCall([call()], call({ callId: 'd' })).map((one) => one.callId)).toEqual(['d', 'c'])
  })
})

it('A photo that arrives twice is shown once', () => {
  const photo = { photoId: 'p', contentType: 'image/png', length: 1, sha256: '', receivedAt: '', note: '' }
  expect(withPhoto([photo], photo)).toHaveLength(1)
})

it('Totals keep currencies apart and count in hundredths', () => {
  const line = (unitPrice: number, quantity: number, currency: string) => ({ sku: '', title: '', quantity, unitPrice, currency })
  expect(totals([line(0.1, 1, 'CNY'), line(0.2, 1, 'CNY'), line(5, 2, 'GBP')])).toEqual([{ currency: 'CNY', amount: 0.3 }, { currency: 'GBP', amount: 10 }])
})
