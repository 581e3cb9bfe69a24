import type { ParticipantView, SlotView } from '@/contracts/generated'
import { mediaModes, type MediaMode } from '@/contracts/names'
import type { CallOutcome, CallState, LinkModes, Quality } from './state'

/** What the person should see, derived from the state and never stored. */
export type CallPhase =
  | { readonly name: 'joining' }
  /** In the room without media of our own yet. */
  | { readonly name: 'waiting' }
  | { readonly name: 'connecting' }
  | { readonly name: 'live' }
  | { readonly name: 'reconnecting'; readonly sinceMs: number }
  | { readonly name: 'closed'; readonly outcome: CallOutcome }

export function phaseOf(state: CallState): CallPhase {
  if (state.outcome !== null) return { name: 'closed', outcome: state.outcome }
  if (state.interruptedAtMs !== null) return { name: 'reconnecting', sinceMs: state.interruptedAtMs }
  if (state.signalling !== 'up') return { name: 'joining' }
  switch (state.media) {
    case 'none': return { name: 'waiting' }
    case 'connecting': return { name: 'connecting' }
    case 'connected': return { name: 'live' }
    case 'interrupted': return { name: 'connecting' }
  }
}

export function others(state: CallState): readonly ParticipantView[] {
  return state.participants.filter((one) => one.participantId !== state.self)
}

/** The staff member to name and show first: connected before joining, agents before others. */
export function mainStaff(state: CallState): ParticipantView | null {
  const staff = others(state).filter((one) => one.role !== 'buyer')
  return [...staff].sort((a, b) => weight(b) - weight(a))[0] ?? null
}

function weight(participant: ParticipantView): number {
  return (participant.connection === 'connected' ? 2 : 0) + (participant.role === 'agent' ? 1 : 0)
}

export function buyerOf(state: CallState): ParticipantView | null {
  return state.participants.find((one) => one.role === 'buyer') ?? null
}

export function publicationMuted(participant: ParticipantView | null, source: 'microphone' | 'camera' | 'screen'): boolean {
  const publication = participant?.publications.find((one) => one.source === source)
  return publication === undefined || publication.muted
}

export function slotOf(state: CallState, participantId: string, source: 'microphone' | 'camera' | 'screen'): SlotView | null {
  return state.slots.find((slot) => slot.participantId === participantId && slot.source === source) ?? null
}

const carriesVideo: LinkModes = { sends: 'video', receives: 'video' }

export function linkOf(state: CallState, participantId: string | null): LinkModes {
  return (participantId === null ? undefined : state.links[participantId]) ?? carriesVideo
}

/** How this page sees somebody: the weaker of their way up and ours down. */
export function pictureMode(state: CallState, participantId: string): MediaMode {
  const [sends, receives] = [linkOf(state, participantId).sends, linkOf(state, state.self).receives]
  return mediaModes.indexOf(sends) > mediaModes.indexOf(receives) ? sends : receives
}

/** A colleague's way down carries no video: photos help them, whatever our own way up carries. Buyers do without a picture of us. */
export function othersWantStills(state: CallState): boolean {
  return others(state).some((one) => one.role !== 'buyer' && linkOf(state, one.participantId).receives === 'stills')
}

/** Sections that carry somebody's sound now. */
export function audibleMids(state: CallState): readonly string[] {
  return state.slots.filter((slot) => slot.kind === 'audio' && slot.publicationId !== null).map((slot) => slot.mid)
}

export type QualityWord = 'good' | 'fair' | 'poor'

/**
 * A word a person can act on. Own uplink decides what the other side sees, so the worse direction counts. Limits: speech stays
 * easy below 3 % loss and 250 ms; above 10 % or 600 ms people start repeating themselves.
 */
export function qualityWord(quality: Pick<Quality, 'uplinkLoss' | 'downlinkLoss' | 'roundTripMs'> | null): QualityWord {
  if (quality === null) return 'good'
  const loss = Math.max(quality.uplinkLoss, quality.downlinkLoss)
  if (loss > 0.1 || quality.roundTripMs > 600) return 'poor'
  return loss > 0.03 || quality.roundTripMs > 250 ? 'fair' : 'good'
}

/** "02:14", "1:02:14"; never negative. */
export function clockText(elapsedMs: number): string {
  const seconds = Math.max(0, Math.floor(elapsedMs / 1000))
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const two = (value: number) => value.toString().padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`
}
