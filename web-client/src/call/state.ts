import type { CallMessage, ParticipantView, QualityChanged, SlotView } from '@/contracts/generated'
import {
  assertNever, buyerSteps, callStates, known, mediaModes, recordingStates, type BuyerStep, type CallStateName, type MediaMode, type ParticipantId,
  type RecordingStateName,
} from '@/contracts/names'
import type { SignallingOutcome, SignallingStatus } from '@/signalling/call-hub'
import type { ProblemReason } from '@/signalling/problem'

export type MediaConnection = 'none' | 'connecting' | 'connected' | 'interrupted'

export type Quality = Omit<QualityChanged, 'type' | 'seq'>

/** What somebody's link carries from them and to them. */
export type LinkModes = { readonly sends: MediaMode; readonly receives: MediaMode }
/** Somebody's latest photo, and when this page was told of it. */
export type StillNews = { readonly id: string; readonly atMs: number }

/** All that a page knows about its call. Pure data: every change goes through `reduce`. Times are the page's monotonic milliseconds. */
export type RecordingTrouble = { readonly code: string; readonly detail: string }

export type CallState = {
  readonly signalling: 'idle' | 'connecting' | 'up' | 'interrupted' | 'closed'
  readonly media: MediaConnection
  readonly outcome: CallOutcome | null
  readonly self: ParticipantId | null
  readonly stage: CallStateName
  readonly participants: readonly ParticipantView[]
  readonly slots: readonly SlotView[]
  readonly recording: 'off' | RecordingStateName
  /** Staff only: what the recorder suffers from; null while it is well. */
  /** What troubles the recorder now, the latest last. */
  readonly recordingAlarms: readonly RecordingTrouble[]
  /** When the call began on this page's clock; null before it is live. */
  readonly startedAtMs: number | null
  readonly consentAtMs: number | null
  readonly buyerStep: BuyerStep
  /** By participant id, the latest. */
  readonly quality: Readonly<Record<string, Quality>>
  /** By participant id; who is not here has a link that carries video. */
  readonly links: Readonly<Record<string, LinkModes>>
  readonly stills: Readonly<Record<string, StillNews>>
  readonly interruptedAtMs: number | null
  /** Why the server would not take our media at the last try. */
  readonly mediaRefusal: ProblemReason | null
}

export type CallOutcome = SignallingOutcome | { readonly kind: 'media_lost' }

export type CallEvent =
  | { readonly type: 'signalling'; readonly status: SignallingStatus; readonly atMs: number }
  | { readonly type: 'message'; readonly message: CallMessage; readonly atMs: number }
  | { readonly type: 'media'; readonly media: MediaConnection; readonly atMs: number }
  | { readonly type: 'negotiated'; readonly slots: readonly SlotView[] }
  | { readonly type: 'media_refused'; readonly reason: ProblemReason }
  | { readonly type: 'media_lost' }

export const initialCallState: CallState = {
  signalling: 'idle', media: 'none', outcome: null, self: null, stage: 'waiting', participants: [], slots: [], recording: 'off',
  recordingAlarms: [], startedAtMs: null, consentAtMs: null, buyerStep: 'none', quality: {}, links: {}, stills: {}, interruptedAtMs: null, mediaRefusal: null,
}

export function reduce(state: CallState, event: CallEvent): CallState {
  if (state.outcome !== null && event.type !== 'signalling') return state
  switch (event.type) {
    case 'signalling': return onSignalling(state, event.status, event.atMs)
    case 'message': return onMessage(state, event.message, event.atMs)
    case 'media': return withInterruption({ ...state, media: event.media }, event.atMs)
    case 'negotiated': return { ...state, slots: event.slots, mediaRefusal: null }
    case 'media_refused': return { ...state, mediaRefusal: event.reason }
    case 'media_lost': return { ...state, outcome: { kind: 'media_lost' } }
    default: return assertNever(event)
  }
}

function onSignalling(state: CallState, status: SignallingStatus, atMs: number): CallState {
  switch (status.kind) {
    case 'idle': return { ...state, signalling: 'idle' }
    case 'connecting': return { ...state, signalling: 'connecting', outcome: null }
    case 'interrupted': return withInterruption({ ...state, signalling: 'interrupted' }, atMs)
    case 'resumed': return withInterruption({ ...state, signalling: 'up', outcome: null }, atMs)
    case 'joined': return withInterruption({
      ...state,
      signalling: 'up',
      outcome: null,
      self: status.participantId,
      stage: known(callStates, status.snapshot.state, 'waiting'),
      participants: status.snapshot.participants,
      slots: status.snapshot.slots,
      links: {},
      recording: status.snapshot.recording ? 'recording' : 'off',
      startedAtMs: startOf(status.snapshot.state, status.snapshot.elapsedSeconds, atMs),
    }, atMs)
    case 'closed': return { ...state, signalling: 'closed', media: 'none', interruptedAtMs: null, outcome: state.outcome ?? status.outcome }
    default: return assertNever(status)
  }
}

function startOf(stage: string, elapsedSeconds: number, atMs: number): number | null {
  return stage === 'live' ? atMs - elapsedSeconds * 1000 : null
}

/** One clock for both kinds of loss: the person waits once, whatever is being mended. */
function withInterruption(state: CallState, atMs: number): CallState {
  const interrupted = state.signalling === 'interrupted' || state.media === 'interrupted'
  return { ...state, interruptedAtMs: interrupted ? state.interruptedAtMs ?? atMs : null }
}

function onMessage(state: CallState, message: CallMessage, atMs: number): CallState {
  switch (message.type) {
    case 'participant_changed': return { ...state, participants: withParticipant(state.participants, message.participant) }
    case 'participant_gone': return {
      ...state, participants: state.participants.filter((one) => one.participantId !== message.participantId),
    }
    case 'slots_changed': return { ...state, slots: message.slots }
    case 'buyer_step_changed': return { ...state, buyerStep: known(buyerSteps, message.step, 'none') }
    case 'consent_given': return { ...state, stage: 'live', consentAtMs: atMs, startedAtMs: state.startedAtMs ?? atMs }
    case 'quality_changed': return { ...state, quality: { ...state.quality, [message.participantId]: message } }
    case 'media_mode_changed': return { ...state, links: { ...state.links, [message.participantId]: modesOf(message) } }
    case 'still_taken': return { ...state, stills: { ...state.stills, [message.participantId]: { id: message.stillId, atMs } } }
    case 'recording_state_changed': return { ...state, recording: known(recordingStates, message.state, 'failed') }
    case 'call_ended': return { ...state, stage: 'ended' }
    case 'recording_alarm': return { ...state, recordingAlarms: withAlarm(state.recordingAlarms, message) }
    case 'checkpoint':
    case 'negotiation_wanted':
    case 'replaced': return state
    default: return assertNever(message)
  }
}

/** What each recovery ends. A kind not known here is a trouble. */
const recoveries: Readonly<Record<string, string>> = { disk_recovered: 'disk_low', video_on: 'video_off', write_resumed: 'write_failed', store_back: 'store_down' }

function withAlarm(all: readonly RecordingTrouble[], { code, detail }: RecordingTrouble): readonly RecordingTrouble[] {
  const ended = recoveries[code]
  const rest = all.filter((one) => one.code !== (ended ?? code))
  return ended === undefined ? [...rest, { code, detail }] : rest
}

function modesOf({ sends, receives }: { readonly sends: string; readonly receives: string }): LinkModes {
  return { sends: known(mediaModes, sends, 'video'), receives: known(mediaModes, receives, 'video') }
}

function withParticipant(all: readonly ParticipantView[], changed: ParticipantView): readonly ParticipantView[] {
  return all.some((one) => one.participantId === changed.participantId)
    ? all.map((one) => (one.participantId === changed.participantId ? changed : one))
    : [...all, changed]
}
