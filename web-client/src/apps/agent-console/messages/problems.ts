import type { ProblemError, ProblemReason } from '@/signalling/problem'
import type { PlainKey, Translate } from './index'

/** Of each reason; a new one does not compile until it has its text. */
const keys: Readonly<Record<ProblemReason, PlainKey | 'error.invalid'>> = {
  network: 'error.network',
  timeout: 'error.network',
  'server.unavailable': 'error.unavailable',
  'request.too_many': 'error.tooMany',
  'session.forbidden': 'error.forbidden',
  'session.unauthenticated': 'error.forbidden',
  'session.password_change_required': 'error.forbidden',
  'request.origin_refused': 'error.forbidden',
  'request.invalid': 'error.invalid',
  'request.too_large': 'error.invalid',
  'session.password_too_weak': 'error.invalid',
  'recording.on_hold': 'error.invalid',
  'recording.erased': 'error.invalid',
  'recording.file_changed': 'error.invalid',
  'recording.not_running': 'error.invalid',
  'recording.not_sealed': 'error.invalid',
  'recording.confirmation_wrong': 'error.invalid',
  'request.not_found': 'error.notFound',
  'ticket.not_found': 'error.notFound',
  'call.not_found': 'error.notFound',
  'recording.not_found': 'error.notFound',
  'hold.not_found': 'error.notFound',
  'receipt.not_found': 'error.notFound',
  'evidence_key.not_found': 'error.notFound',
  'ticket.closed': 'error.ticketClosed',
  'call.ended': 'error.callEnded',
  'call.already_active': 'error.callActive',
  'call.at_capacity': 'error.atCapacity',
  'recording.disk_full': 'error.diskFull',
  'media.room_full': 'error.roomFull',
  'session.sign_in_failed': 'signIn.wrong',
  'session.locked_out': 'signIn.lockedUnknown',
  'agent.exists': 'agents.exists',
  'ticket.notes_conflict': 'notes.conflict',
  unreadable: 'error.unexpected',
  'session.rejoin': 'error.unexpected',
  'recording.not_ready': 'error.unexpected',
  'link.not_valid': 'error.unexpected',
  'consent.required': 'error.unexpected',
  'consent.outdated': 'error.unexpected',
  'photo.not_accepted': 'error.unexpected',
  'still.camera_off': 'error.unexpected',
  'media.sdp_refused': 'error.unexpected',
  'server.unexpected': 'error.unexpected',
}

/** What to tell a person about a refusal nobody handled more closely. */
export function problemText(t: Translate, error: Pick<ProblemError, 'reason' | 'detail'>): string {
  const key = keys[error.reason]
  return key === 'error.invalid' ? t(key, { detail: error.detail }) : t(key)
}
