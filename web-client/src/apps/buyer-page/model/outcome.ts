import type { CallOutcome } from '@/call/state'
import { assertNever, type EndReason } from '@/contracts/names'
import type { CaptureFailure } from '@/media/capture-failure'
import type { ProblemReason } from '@/signalling/problem'
import type { ConsentRemark, GoodbyeView, NoticeKind } from './screen'

export type Ending =
  | { readonly kind: 'goodbye'; readonly reason: GoodbyeView['reason'] }
  | { readonly kind: 'notice'; readonly notice: NoticeKind }

/** Where the buyer lands when the call is over for this page. */
export function endingOf(outcome: CallOutcome): Ending {
  switch (outcome.kind) {
    case 'ended': return endingOfReason(outcome.reason)
    case 'replaced': return { kind: 'notice', notice: 'replaced' }
    case 'lost':
    case 'media_lost': return { kind: 'notice', notice: 'lost' }
    case 'refused': return outcome.reason === 'call.ended'
      ? { kind: 'goodbye', reason: 'agent_hung_up' }
      : { kind: 'notice', notice: noticeOf(outcome.reason) }
    case 'left': return { kind: 'goodbye', reason: 'buyer_hung_up' }
    default: return assertNever(outcome)
  }
}

export function endingOfReason(reason: EndReason): Ending {
  switch (reason) {
    case 'agent_hung_up':
    case 'buyer_hung_up':
    case 'expired':
    case 'server_stopped': return { kind: 'goodbye', reason }
    case 'consent_withdrawn': return { kind: 'goodbye', reason: 'withdrawn' }
    case 'buyer_declined': return { kind: 'notice', notice: 'declined_earlier' }
    case 'buyer_photos': return { kind: 'notice', notice: 'photos_over' }
    case 'unknown': return { kind: 'goodbye', reason: 'agent_hung_up' }
    default: return assertNever(reason)
  }
}

export function noticeOf(reason: ProblemReason): NoticeKind {
  switch (reason) {
    case 'link.not_valid':
    case 'session.unauthenticated':
    case 'session.forbidden':
    case 'call.not_found':
    case 'request.not_found':
    case 'call.ended': return 'link_not_valid'
    case 'network':
    case 'timeout': return 'offline'
    case 'request.too_many': return 'too_many'
    case 'server.unavailable':
    case 'recording.disk_full':
    case 'call.at_capacity': return 'unavailable'
    default: return 'refused'
  }
}

/** What to say on the consent page, which stays; null when there is nothing to agree to any more. */
export function remarkOf(reason: ProblemReason): ConsentRemark | null {
  switch (reason) {
    case 'consent.outdated': return 'outdated'
    case 'recording.disk_full': return 'cannot_record'
    case 'network':
    case 'timeout': return 'offline'
    default: return null
  }
}

/** Refusals another try in the same page may cure. */
export function canRetry(failure: CaptureFailure): boolean {
  return failure !== 'insecure' && failure !== 'unsupported'
}
