import type { RetentionPolicy } from '@/contracts/generated'

export const fields = ['mediaDaysAfterClose', 'disputeMediaDays', 'recordsDays'] as const
export type RetentionField = (typeof fields)[number]
export type RetentionFault = 'range' | 'disputeShorter' | 'recordsShorter'

const mostDays = 36_500

/** What must be put right before saving: whole days, a dispute never shortens, the records outlive what they prove. */
export function faultsOf(draft: RetentionPolicy): Partial<Record<RetentionField, RetentionFault>> {
  const faults: Partial<Record<RetentionField, RetentionFault>> = {}
  for (const field of fields) if (!Number.isInteger(draft[field]) || draft[field] < 1 || draft[field] > mostDays) faults[field] = 'range'
  if (draft.disputeMediaDays < draft.mediaDaysAfterClose) faults.disputeMediaDays ??= 'disputeShorter'
  if (draft.recordsDays < draft.disputeMediaDays) faults.recordsDays ??= 'recordsShorter'
  return faults
}

/** "0.5", "3": days as years, for people. */
export function years(days: number): string {
  return Number.isFinite(days) ? String(Math.round((days / 365) * 10) / 10) : '–'
}
