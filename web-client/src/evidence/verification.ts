/** Outcomes as the offline tool names them. Never `verified` when something could not be looked at. */
export type Verdict = 'verified' | 'failed' | 'incomplete'
export type Outcome = 'ok' | 'failed' | 'incomplete'

export const checkNames = ['keys', 'signature', 'segments', 'chain', 'end', 'checkpoints', 'files'] as const
export type CheckName = (typeof checkNames)[number]

export const reasons = [
  'not_sealed', 'unreachable', 'missing', 'erased', 'keys_unreadable', 'unknown_key', 'key_revoked', 'signature_wrong', 'unreadable', 'other_recording',
  'length_differs', 'digest_differs', 'segment_order', 'journal_unreadable', 'block_changed', 'block_missing', 'chain_broken', 'head_differs', 'parts_differ',
  'truncated', 'no_end', 'blocks_differ', 'checkpoint_wrong', 'checkpoint_off_chain', 'checkpoints_differ', 'no_checkpoint', 'depends', 'no_crypto',
] as const
export type Reason = (typeof reasons)[number]

/** @param where a file, segment or block by name; empty when the check as a whole is meant. */
export type Check = { readonly name: CheckName; readonly outcome: Outcome; readonly reason: Reason | null; readonly where: string }

export type Facts = {
  readonly blocks: number
  readonly segments: number
  readonly files: number
  readonly checkpoints: number
  readonly bytes: number
  readonly keyId: string
  readonly recovered: boolean
  /** Stated by the journal for its recovered parts. */
  readonly lossMs: number
}

export type Verification = { readonly verdict: Verdict; readonly checks: readonly Check[]; readonly facts: Facts }

/** The first thing to tell: what failed before what could not be looked at. */
export function mainCheck(checks: readonly Check[]): Check | null {
  return checks.find((check) => check.outcome === 'failed') ?? checks.find((check) => check.outcome === 'incomplete' && check.reason !== 'depends')
    ?? checks.find((check) => check.outcome === 'incomplete') ?? null
}

export function verdictOf(checks: readonly Check[]): Verdict {
  if (checks.some((check) => check.outcome === 'failed')) return 'failed'
  const whole = checkNames.every((name) => checks.some((check) => check.name === name && check.outcome === 'ok'))
  return whole && checks.every((check) => check.outcome === 'ok') ? 'verified' : 'incomplete'
}
