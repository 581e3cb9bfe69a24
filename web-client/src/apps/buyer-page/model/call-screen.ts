import { clockText, linkOf, mainStaff, others, phaseOf, pictureMode, publicationMuted, qualityWord, slotOf } from '@/call/phase'
import type { CallState } from '@/call/state'
import type { LocalMediaState, LocalSource } from '@/media/local-media'
import type { AgentPresence, CallScreenView, OwnView } from './screen'

export type CallScreenInput = {
  readonly call: CallState
  readonly local: LocalMediaState
  readonly ownPicture: MediaStream | null
  readonly streamFor: (mid: string) => MediaStream | null
  /** From the link: shown until the room says otherwise. */
  readonly agentName: string
  readonly agentSeen: boolean
  readonly switchingCamera: boolean
  readonly soundBlocked: boolean
  readonly askingToHangUp: boolean
  readonly nowMs: number
}

/** The call as the buyer sees it. Pure. */
export function callScreen(input: CallScreenInput): CallScreenView {
  const { call, nowMs } = input
  const phase = phaseOf(call)
  const agent = mainStaff(call)
  const cameraSlot = agent === null ? null : slotOf(call, agent.participantId, 'camera')
  const presence = presenceOf(input)
  const ownLink = linkOf(call, call.self)
  return {
    agentName: agent?.displayName ?? input.agentName,
    phase: phase.name === 'reconnecting' ? 'reconnecting' : phase.name !== 'live' ? 'connecting' : presence === 'not_yet' ? 'waiting_agent' : 'live',
    reconnectingSeconds: phase.name === 'reconnecting' ? Math.floor((nowMs - phase.sinceMs) / 1000) : 0,
    elapsed: call.startedAtMs === null ? null : clockText(nowMs - call.startedAtMs),
    recording: call.recording === 'recording' || call.recording === 'paused' ? call.recording : 'off',
    quality: ownLink.sends !== 'video' || ownLink.receives !== 'video' ? 'poor' : qualityWord(call.self === null ? null : call.quality[call.self] ?? null),
    own: ownView(input),
    weak: ownLink.sends === 'video' || input.local.camera.track === null ? 'none' : ownLink.sends === 'stills' ? 'photos' : 'sound',
    agent: presence,
    agentPicture: cameraSlot === null || publicationMuted(agent, 'camera') || pictureMode(call, cameraSlot.participantId ?? '') !== 'video' ? null : input.streamFor(cameraSlot.mid),
    agentMuted: presence === 'here' && publicationMuted(agent, 'microphone'),
    morePeople: Math.max(0, others(call).length - 1),
    soundBlocked: input.soundBlocked,
    askingToHangUp: input.askingToHangUp,
  }
}

function presenceOf({ call, agentSeen }: CallScreenInput): AgentPresence {
  const agent = mainStaff(call)
  if (agent === null) return agentSeen ? 'left' : 'not_yet'
  switch (agent.connection) {
    case 'connected': return 'here'
    case 'reconnecting': return 'reconnecting'
    default: return agentSeen ? 'reconnecting' : 'not_yet'
  }
}

function ownView({ local, ownPicture, switchingCamera }: CallScreenInput): OwnView {
  return {
    picture: local.camera.track === null ? null : ownPicture,
    mirrored: local.facing === 'user',
    muted: local.microphone.muted,
    camera: cameraState(local.camera),
    microphone: local.microphone.track === null ? 'failed' : 'on',
    switching: switchingCamera,
  }
}

function cameraState(camera: LocalSource): OwnView['camera'] {
  if (camera.track !== null) return 'on'
  switch (camera.failure) {
    case null: return 'off'
    case 'no_device': return 'no_device'
    case 'busy': return 'busy'
    default: return 'failed'
  }
}
