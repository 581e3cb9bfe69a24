import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { ParticipantView } from '@/contracts/generated'
import { endReasons, type ParticipantId } from '@/contracts/names'
import { initialCallState, type CallState } from '@/call/state'
import { browserKind } from '@/media/browser'
import { captureFailures } from '@/media/capture-failure'
import type { LocalMediaState } from '@/media/local-media'
import { tableProblems } from '@/ui/messages-check'
import { tables } from './messages'
import { callBanner } from './model/call-banner'
import { callScreen, type CallScreenInput } from './model/call-screen'
import { stepsFor } from './model/help-steps'
import { canRetry, endingOf, endingOfReason, noticeOf } from './model/outcome'
import { photoState, sendable, stateAfter, withPhoto, type PhotoItem } from './model/photos'

const folder = fileURLToPath(new URL('.', import.meta.url))
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(vue|ts)$/.test(name) && !/test\.ts$|messages\/(zh|en)\.ts$/.test(name))
  .map((name) => readFileSync(`${folder}${name}`, 'utf8'))

test('the message tables are whole and used', () => {
  expect(tableProblems(tables, sources)).toEqual([])
})

const agent: ParticipantView = {
  participantId: 'a', role: 'agent', displayName: '小林', connection: 'connected',
  publications: [{ publicationId: 'm', kind: 'audio', source: 'microphone', muted: false, active: true }],
}
const track = {} as MediaStreamTrack
const local: LocalMediaState = {
  facing: 'environment', microphone: { track, muted: false, failure: null }, camera: { track, muted: false, failure: null },
}
const liveCall: CallState = {
  ...initialCallState, signalling: 'up', media: 'connected', self: 'b' as ParticipantId, stage: 'live', recording: 'recording', startedAtMs: 0, participants: [agent],
}
const input = (change: Partial<CallScreenInput> = {}): CallScreenInput => ({
  call: liveCall, local, ownPicture: null, streamFor: () => null, agentName: '客服', agentSeen: true, switchingCamera: false, soundBlocked: false,
  askingToHangUp: false, nowMs: 134_000, ...change,
})

describe('the call screen', () => {
  test('names the agent of the room, the time and the recording', () => {
    expect(callScreen(input())).toMatchObject({ agentName: '小林', phase: 'live', elapsed: '02:14', recording: 'recording', agent: 'here', agentMuted: false })
  })

  test('waits for an agent who was never here, and says when one left', () => {
    const empty = { ...liveCall, participants: [] }
    expect(callScreen(input({ call: empty, agentSeen: false }))).toMatchObject({ phase: 'waiting_agent', agent: 'not_yet', agentName: '客服' })
    expect(callScreen(input({ call: empty }))).toMatchObject({ phase: 'live', agent: 'left' })
  })

  test('counts the seconds of a lost connection', () => {
    const lost = callScreen(input({ call: { ...liveCall, media: 'interrupted', interruptedAtMs: 125_500 } }))
    expect(lost).toMatchObject({ phase: 'reconnecting', reconnectingSeconds: 8 })
    expect(callBanner(lost)).toMatchObject({ tone: 'warn', waiting: true })
  })

  test('tells an own camera that is off from one that is missing', () => {
    const cameraOf = (camera: LocalMediaState['camera']) => callScreen(input({ local: { ...local, camera } })).own.camera
    expect(cameraOf({ track: null, muted: true, failure: null })).toBe('off')
    expect(cameraOf({ track: null, muted: true, failure: 'no_device' })).toBe('no_device')
    expect(cameraOf({ track: null, muted: true, failure: 'busy' })).toBe('busy')
    expect(cameraOf({ track: null, muted: true, failure: 'denied' })).toBe('failed')
  })

  test('is silent when there is nothing to say', () => {
    expect(callBanner(callScreen(input()))).toBeNull()
  })

  test('says the most important thing only', () => {
    const deaf = callScreen(input({ local: { ...local, microphone: { track: null, muted: true, failure: 'busy' } } }))
    expect(callBanner(deaf)).toMatchObject({ tone: 'warn', icon: 'microphone_off' })
  })
})

describe('where the buyer lands', () => {
  test.each(endReasons)('after %s', (reason) => {
    expect(endingOfReason(reason)).toBeDefined()
  })

  test('with the word that the recording has stopped, when consent was withdrawn in another tab', () => {
    expect(endingOfReason('consent_withdrawn')).toEqual({ kind: 'goodbye', reason: 'withdrawn' })
  })

  test('by how the place was lost', () => {
    expect(endingOf({ kind: 'replaced' })).toEqual({ kind: 'notice', notice: 'replaced' })
    expect(endingOf({ kind: 'media_lost' })).toEqual({ kind: 'notice', notice: 'lost' })
    expect(endingOf({ kind: 'refused', reason: 'call.ended' })).toEqual({ kind: 'goodbye', reason: 'agent_hung_up' })
    expect(endingOf({ kind: 'refused', reason: 'call.at_capacity' })).toEqual({ kind: 'notice', notice: 'unavailable' })
  })

  test('a link that is expired, used, foreign or unknown looks the same', () => {
    expect(['link.not_valid', 'session.unauthenticated', 'call.not_found'].map((reason) => noticeOf(reason as 'link.not_valid'))).toEqual(Array(3).fill('link_not_valid'))
  })
})

describe('help for a refused camera', () => {
  const wechat = browserKind('iPhone AppleWebKit MicroMessenger/8', 5)
  const safari = browserKind('iPhone AppleWebKit Version/18 Safari/604', 5)

  test('fits the browser', () => {
    expect(stepsFor('denied', safari)?.[0]).toBe('steps.safari_ios.1')
    expect(stepsFor('denied', wechat)?.[0]).toBe('steps.in_app.1')
    expect(stepsFor('denied_by_system', safari)?.[0]).toBe('steps.system_ios.1')
    expect(stepsFor('busy', safari)).toBeNull()
  })

  test('offers another try only where one can work', () => {
    expect(captureFailures.filter((failure) => !canRetry(failure))).toEqual(['insecure', 'unsupported'])
  })
})

describe('photos', () => {
  const file = (name: string, type: string, size = 1_000) => ({ name, type, size })
  const item = (id: number, state: PhotoItem['state']): PhotoItem => ({ id, state, file: new File([], 'a.jpg'), preview: null, note: '', progress: 0 })

  test('are checked before they are sent', () => {
    expect(photoState(file('a.jpg', 'image/jpeg'))).toBe('ready')
    expect(photoState(file('a.HEIC', ''))).toBe('ready')
    expect(photoState(file('a.pdf', 'application/pdf'))).toBe('wrong_type')
    expect(photoState(file('a.png', 'image/png', 11 * 1024 * 1024))).toBe('too_large')
  })

  test('that failed can be sent again, those refused cannot', () => {
    expect(sendable([item(1, 'ready'), item(2, 'failed'), item(3, 'sent'), item(4, 'too_large')]).map((one) => one.id)).toEqual([1, 2])
    expect([stateAfter('network'), stateAfter('photo.not_accepted'), stateAfter('request.too_large')]).toEqual(['failed', 'wrong_type', 'too_large'])
  })

  test('change one at a time', () => {
    expect(withPhoto([item(1, 'ready'), item(2, 'ready')], 2, { note: '划痕' }).map((one) => one.note)).toEqual(['', '划痕'])
  })
})
