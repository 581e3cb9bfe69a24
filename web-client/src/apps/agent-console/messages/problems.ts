import { assertNever } from '@/contracts/names'
import type { ProblemError, ProblemReason } from '@/signalling/problem'
import type { PlainKey, Translate } from './index'

/** What to tell a person about a refusal nobody handled more closely. */
export function problemText(t: Translate, error: Pick<ProblemError, 'reason' | 'detail'>): string {
  const key = keyOf(error.reason)
  return key === 'error.invalid' ? t(key, { detail: error.detail }) : t(key)
}

function keyOf(reason: ProblemReason): PlainKey | 'error.invalid' {
  switch (reason) {
    case 'network':
    case 'timeout':
      return 'error.network'
    case 'server.unavailable':
      return 'error.unavailable'
    case 'request.too_many':
      return 'error.tooMany'
    case 'session.forbidden':
    case 'session.unauthenticated':
    case 'session.password_change_required':
    case 'request.origin_refused':
      return 'error.forbidden'
    case 'request.invalid':
    case 'request.too_large':
    case 'session.password_too_weak':
    case 'recording.on_hold':
    case 'recording.erased':
    case 'recording.not_running':
    case 'recording.not_sealed':
    case 'recording.confirmation_wrong':
    case 'recording.disk_full':
      return 'error.invalid'
    case 'request.not_found':
    case 'ticket.not_found':
    case 'call.not_found':
    case 'recording.not_found':
    case 'hold.not_found':
    case 'receipt.not_found':
    case 'evidence_key.not_found':
      return 'error.notFound'
    case 'ticket.closed':
      return 'error.ticketClosed'
    case 'call.ended':
      return 'error.callEnded'
    case 'call.already_active':
      return 'error.callActive'
    case 'call.at_capacity':
      return 'error.atCapacity'
    case 'media.room_full':
      return 'error.roomFull'
    case 'session.sign_in_failed':
      return 'signIn.wrong'
    case 'session.locked_out':
      return 'signIn.lockedUnknown'
    case 'agent.exists':
      return 'agents.exists'
    case 'ticket.notes_conflict':
      return 'notes.conflict'
    case 'unreadable':
    case 'session.rejoin':
    case 'recording.not_ready':
    case 'link.not_valid':
    case 'consent.required':
    case 'consent.outdated':
    case 'photo.not_accepted':
    case 'media.sdp_refused':
    case 'server.unexpected':
      return 'error.unexpected'
    default:
      return assertNever(reason)
  }
}
