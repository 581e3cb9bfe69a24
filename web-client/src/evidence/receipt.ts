import { isBoolean, isNumber, isString, shape, type Guard } from '@/contracts/guards'
import { open } from './dsse'
import { KeyRing } from './keys'

/** Payload of a receipt's envelope. */
export type Receipt = {
  readonly receiptCode: string
  readonly recordingId: string
  readonly startedAt: string
  readonly durationMs: number
  readonly blocks: number
  readonly complete: boolean
  readonly issuedAt: string
  readonly checkpoint: { readonly part: number; readonly seq: number; readonly head: string; readonly at: string }
}

export const isReceipt: Guard<Receipt> = shape<Receipt>({
  receiptCode: isString, recordingId: isString, startedAt: isString, durationMs: isNumber, blocks: isNumber, complete: isBoolean, issuedAt: isString,
  checkpoint: shape<Receipt['checkpoint']>({ part: isNumber, seq: isNumber, head: isString, at: isString }),
})

export type ReceiptCheck =
  | { readonly kind: 'genuine'; readonly receipt: Receipt; readonly keyId: string }
  | { readonly kind: 'not_genuine' }
  /** Nothing can be said: no published keys at hand, or a browser without cryptography. */
  | { readonly kind: 'unsure' }

/** Is this a receipt of this code, signed by a published key that was not revoked when it was issued? */
export async function checkReceipt(code: string, envelopeText: string, publishedKeys: unknown): Promise<ReceiptCheck> {
  if (globalThis.crypto?.subtle === undefined) return { kind: 'unsure' }
  const keys = await KeyRing.read(publishedKeys)
  if (keys === undefined) return { kind: 'unsure' }
  const opened = await open(parsed(envelopeText), 'receipt', keys)
  if (!opened.ok || !isReceipt(opened.document)) return { kind: 'not_genuine' }
  const receipt = opened.document
  if (receipt.receiptCode !== code || opened.key.revokedAt(receipt.issuedAt)) return { kind: 'not_genuine' }
  return { kind: 'genuine', receipt, keyId: opened.key.keyId }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

/** What a person pasted: a fingerprint as the pages write it, with or without spaces, or a kept checkpoint that holds one. */
export function fingerprintIn(text: string): string | null {
  const compact = text.replace(/[\s·:-]/g, '').toLowerCase()
  return /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/.exec(compact)?.[0] ?? /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/.exec(text.toLowerCase())?.[0] ?? null
}
