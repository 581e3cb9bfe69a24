import { describe, expect, it } from 'vitest'
import { initialCallState, type CallState } from '@/call'
import type { ParticipantView } from '@/contracts/generated'
import type { ParticipantId } from '@/contracts/names'
import { latestStep, people, qualityLine, stageView, stepIndex } from './callView'

const camera = (muted: boolean) => ({ publicationId: 'bc', kind: 'video', source: 'camera', muted, active: !muted })
const buyer = (more: Partial<ParticipantView> = {}): ParticipantView => ({ participantId: 'b', role: 'buyer', displayName: '', connection: 'connected', publications: [camera(false)], ...more })
const slot = { mid: '1', kind: 'video', publicationId: 'bc', participantId: 'b', source: 'camera' }
const live: CallState = {
  ...initialCallState, signalling: 'up', media: 'connected', self: 'me' as ParticipantId, stage: 'live', participants: [buyer()], slots: [slot], consentAtMs: 5, startedAtMs: 5,
}

describe('The stage', () => {
  it('invites until the buyer agrees', () => {
    expect(stageView({ ...live, stage: 'waiting', participants: [] }, false).name).toBe('invite')
  })

  it('waits for the picture between agreeing and the first frame', () => {
    expect(stageView(live, false).name).toBe('waiting_picture')
    expect(stageView({ ...live, participants: [] }, false).name).toBe('waiting_picture')
    expect(stageView(live, true).name).toBe('picture')
  })

  it('says who is missing: camera off, reconnecting, gone', () => {
    expect(stageView({ ...live, participants: [buyer({ publications: [camera(true)] })] }, true).name).toBe('camera_off')
    expect(stageView({ ...live, participants: [buyer({ connection: 'reconnecting' })] }, true).name).toBe('buyer_reconnecting')
    expect(stageView({ ...live, participants: [] }, true).name).toBe('buyer_gone')
  })

  it.each([['replaced', 'replaced'], ['lost', 'lost'], ['media_lost', 'media']] as const)('tells why it closed: %s', (kind, why) => {
    expect(stageView({ ...live, signalling: 'closed', outcome: { kind } }, true)).toEqual({ name: 'closed', why })
  })
})

describe('The buyer’s steps', () => {
  it('come from the hub, and from the ticket for what was before', () => {
    expect(latestStep('none', 'reading_consent')).toBe('reading_consent')
    expect(latestStep('connected', 'reading_consent')).toBe('connected')
    expect(latestStep('none', 'from a newer server')).toBe('none')
  })

  it('go forward through the four that are shown', () => {
    expect(['none', 'link_opened', 'reading_consent', 'consented', 'connected'].map((step) => stepIndex(step as 'none'))).toEqual([-1, 0, 1, 2, 3])
  })
})

describe('The quality', () => {
  const quality = (participantId: string, uplinkLoss: number, roundTripMs: number) => ({ participantId, uplinkLoss, downlinkLoss: 0, roundTripMs, uplinkBps: 1_000_000, downlinkBps: 900_000, level: '' })

  it('is the weaker of both networks and says whose', () => {
    const state = { ...live, quality: { me: quality('me', 0, 20), b: quality('b', 0.12, 300) } }
    expect(qualityLine(state)).toMatchObject({ word: 'poor', whose: 'buyer', loss: 0.12, roundTripMs: 300 })
    expect(qualityLine({ ...live, quality: { me: quality('me', 0.2, 20), b: quality('b', 0, 30) } })).toMatchObject({ word: 'poor', whose: 'own' })
  })

  it('is being measured before the first report and lost while reconnecting', () => {
    expect(qualityLine(live).word).toBe('unknown')
    expect(qualityLine({ ...live, interruptedAtMs: 7 }).word).toBe('lost')
  })
})

describe('The people', () => {
  it('are everybody but me, the buyer first', () => {
    const agent = buyer({ participantId: 'a', role: 'agent' })
    expect(people({ ...live, participants: [agent, buyer({ participantId: 'me', role: 'agent' }), buyer()] }).map((one) => one.participantId)).toEqual(['b', 'a'])
  })
})
