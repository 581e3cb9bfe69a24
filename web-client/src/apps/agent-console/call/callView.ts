import type { ParticipantView } from '@/contracts/generated'
import { assertNever, buyerSteps, known, type BuyerStep } from '@/contracts/names'
import { buyerOf, linkOf, others, phaseOf, pictureMode, publicationMuted, qualityWord, slotOf, type CallState, type Quality, type QualityWord } from '@/call'

/** What fills the stage. One at a time, the first that applies. */
export type StageView =
  | { readonly name: 'joining' }
  | { readonly name: 'invite' }
  | { readonly name: 'waiting_picture' }
  | { readonly name: 'picture' }
  | { readonly name: 'camera_off' }
  /** Photos in place of video, from a weak network at either end. */
  | { readonly name: 'photos' }
  | { readonly name: 'sound_only' }
  | { readonly name: 'buyer_reconnecting' }
  | { readonly name: 'buyer_gone' }
  | { readonly name: 'closed'; readonly why: 'lost' | 'media' | 'replaced' | 'refused' }

export function stageView(state: CallState, pictureArrived: boolean): StageView {
  const phase = phaseOf(state)
  if (phase.name === 'closed') return closedView(state)
  if (state.signalling === 'connecting' && state.self === null) return { name: 'joining' }
  if (state.stage === 'waiting') return { name: 'invite' }
  const buyer = buyerOf(state)
  if (buyer === null) return state.consentAtMs !== null && !pictureArrived ? { name: 'waiting_picture' } : { name: 'buyer_gone' }
  if (buyer.connection === 'reconnecting') return { name: 'buyer_reconnecting' }
  const isOff = buyer.publications.some((one) => one.source === 'camera' && one.muted)
  const mode = isOff ? 'video' : pictureMode(state, buyer.participantId)
  if (mode !== 'video') return { name: mode === 'stills' ? 'photos' : 'sound_only' }
  const hasSlot = slotOf(state, buyer.participantId, 'camera') !== null
  if (pictureArrived && hasSlot && !publicationMuted(buyer, 'camera')) return { name: 'picture' }
  return isOff ? { name: 'camera_off' } : { name: 'waiting_picture' }
}

function closedView(state: CallState): StageView {
  const outcome = state.outcome
  if (outcome === null) return { name: 'joining' }
  switch (outcome.kind) {
    case 'replaced':
    case 'refused':
    case 'lost':
      return { name: 'closed', why: outcome.kind }
    case 'media_lost':
      return { name: 'closed', why: 'media' }
    case 'ended':
    case 'left':
      return { name: 'joining' }
    default:
      return assertNever(outcome)
  }
}

/** The hub tells steps from now on; the ticket knows the one before. */
export function latestStep(fromHub: BuyerStep, fromTicket: string | undefined): BuyerStep {
  return fromHub === 'none' ? known(buyerSteps, fromTicket, 'none') : fromHub
}

/** The four steps a person follows, and where the buyer stands: -1 before the first. */
export const shownSteps = ['link_opened', 'reading_consent', 'checking_camera', 'connected'] as const

export function stepIndex(step: BuyerStep): number {
  switch (step) {
    case 'none':
    case 'declined':
    case 'photos':
    case 'left':
      return -1
    case 'link_opened':
      return 0
    case 'reading_consent':
      return 1
    case 'consented':
    case 'checking_camera':
    case 'connecting':
      return 2
    case 'connected':
      return 3
    default:
      return assertNever(step)
  }
}

/** Whose network keeps video away, and what is left; null while all links carry it. The buyer's first: the agent can say what to do. */
export type WeakLink = 'buyerPhotos' | 'buyerSound' | 'ownPhotos' | 'ownSound' | 'ownCamera'

export function weakLink(state: CallState, cameraOn: boolean): WeakLink | null {
  const buyer = buyerOf(state)
  const [own, theirs] = [linkOf(state, state.self), linkOf(state, buyer?.participantId ?? null)]
  const sees = buyer === null || buyer.publications.some((one) => one.source === 'camera' && one.muted) ? 'video' : theirs.sends
  if (sees !== 'video') return sees === 'stills' ? 'buyerPhotos' : 'buyerSound'
  if (own.receives !== 'video') return own.receives === 'stills' ? 'ownPhotos' : 'ownSound'
  return cameraOn && (own.sends !== 'video' || theirs.receives !== 'video') ? 'ownCamera' : null
}

export type QualityLine = {
  readonly word: QualityWord | 'lost' | 'unknown'
  /** Whose network is the weaker one. */
  readonly whose: 'buyer' | 'own'
  readonly loss: number
  readonly roundTripMs: number
  readonly rateBps: number
}

const severity: Readonly<Record<QualityWord, number>> = { good: 0, fair: 1, poor: 2 }

/** The weaker of both networks, because a call is as good as that. */
export function qualityLine(state: CallState): QualityLine {
  const own = state.self === null ? undefined : state.quality[state.self]
  const buyer = buyerOf(state)
  const theirs = buyer === null ? undefined : state.quality[buyer.participantId]
  const buyerIsWorse = theirs !== undefined && (own === undefined || severity[qualityWord(theirs)] >= severity[qualityWord(own)])
  const shown = buyerIsWorse ? theirs : own
  const whose = buyerIsWorse ? 'buyer' : 'own'
  if (state.interruptedAtMs !== null) return { word: 'lost', whose: 'own', loss: 0, roundTripMs: 0, rateBps: 0 }
  if (shown === undefined) return { word: 'unknown', whose, loss: 0, roundTripMs: 0, rateBps: 0 }
  const isWeak = [state.self, buyer?.participantId ?? null].some((id) => linkOf(state, id).sends !== 'video' || linkOf(state, id).receives !== 'video')
  return { word: isWeak ? 'poor' : qualityWord(shown), whose, loss: worstLoss(shown), roundTripMs: Math.round(shown.roundTripMs), rateBps: theirs?.uplinkBps ?? shown.downlinkBps }
}

function worstLoss(quality: Quality): number {
  return Math.max(quality.uplinkLoss, quality.downlinkLoss)
}

/** Everybody but me, the buyer first. */
export function people(state: CallState): readonly ParticipantView[] {
  return others(state).toSorted((a, b) => Number(b.role === 'buyer') - Number(a.role === 'buyer'))
}
