import { shallowRef, type ShallowRef } from 'vue'
import type { ReceiptView } from '@/contracts/generated'
import { isBoolean, isNumber, isString, shape, type Guard } from '@/contracts/guards'
import { checkReceipt, fingerprintIn, type Receipt } from '@/evidence/receipt'
import { anything, type HttpClient } from '@/signalling/http'
import { ProblemError } from '@/signalling/problem'

/** All the page can show. */
export type ReceiptScreen =
  | { readonly name: 'loading' }
  | { readonly name: 'ask' }
  | { readonly name: 'unknown'; readonly code: string }
  | { readonly name: 'offline'; readonly code: string }
  /** The server's answer is not what was signed: the alarming case. */
  | { readonly name: 'not_genuine'; readonly code: string }
  | { readonly name: 'unsure'; readonly code: string }
  | { readonly name: 'genuine'; readonly receipt: Receipt; readonly keyId: string; readonly standing: Standing; readonly kept: Comparison; readonly pasted: Comparison }

export type Standing = 'kept' | 'kept_on_hold' | 'erased'
/** `earlier`: the kept checkpoint is of an earlier moment of the same recording, which this page alone cannot compare. */
export type Comparison = 'none' | 'same' | 'differs' | 'earlier' | 'unreadable'
export type KeptCheckpoint = { readonly part: number; readonly blockSeq: number; readonly headHex: string }

const isReceiptView: Guard<ReceiptView> = shape<ReceiptView>({
  code: isString, url: isString, qrSvg: isString, startedAt: isString, durationSeconds: isNumber, blocks: isNumber, seq: isNumber, headHex: isString, keyId: isString,
  complete: isBoolean, standing: isString, envelope: isString,
})
const isKept: Guard<KeptCheckpoint> = (value): value is KeptCheckpoint => {
  const { part, blockSeq, headHex } = (value ?? {}) as Partial<KeptCheckpoint>
  return isNumber(part) && isNumber(blockSeq) && isString(headHex)
}

/** What the buyer's page kept on this device during the call (signalling/checkpoint-keeper). */
export function keptCheckpoint(storage: Pick<Storage, 'getItem'> | null, recordingId: string): KeptCheckpoint | null {
  try {
    const kept = JSON.parse(storage?.getItem(`aftersales.checkpoint.${recordingId}`) ?? 'null') as unknown
    return isKept(kept) ? kept : null
  } catch {
    return null
  }
}

/** "R-8K2F-7QXM-3VTA-9Q2C" however it was typed: Crockford's alphabet knows no I, L, O. */
export function codeOf(typed: string): string | null {
  const digits = /^r[\s-]*([0-9a-z\s-]{8,40})$/i.exec(typed.trim())?.[1]?.replace(/[\s-]/g, '').toUpperCase().replace(/[IL]/g, '1').replace(/O/g, '0')
  if (digits === undefined || !/^[0-9A-HJKMNP-TV-Z]{8,32}$/.test(digits)) return null
  return `R-${digits.match(/.{1,4}/g)?.join('-') ?? ''}`
}

/** A receipt checked by whoever holds its code: signature by a published key, and what else this person kept. */
export class ReceiptCheckPage {
  readonly screen: ShallowRef<ReceiptScreen> = shallowRef<ReceiptScreen>({ name: 'loading' })

  constructor(private readonly http: HttpClient, private readonly kept: (recordingId: string) => KeptCheckpoint | null) {}

  async open(typed: string): Promise<string | null> {
    const code = codeOf(typed)
    this.screen.value = code === null ? (typed === '' || typed === 'r' ? { name: 'ask' } : { name: 'unknown', code: typed.slice(0, 60) }) : { name: 'loading' }
    if (code !== null) this.screen.value = await this.look(code)
    return code
  }

  /** Compares what a person pasted or scanned with the fingerprint of the receipt. */
  compare(text: string): void {
    const { value } = this.screen
    if (value.name !== 'genuine') return
    const print = fingerprintIn(text)
    this.screen.value = { ...value, pasted: text.trim() === '' ? 'none' : print === null ? 'unreadable' : print === value.receipt.checkpoint.head ? 'same' : 'differs' }
  }

  private async look(code: string): Promise<ReceiptScreen> {
    try {
      const [view, keys] = await Promise.all([
        this.http.get(`/api/receipts/${encodeURIComponent(code)}`, isReceiptView), this.http.get('/.well-known/aftersales-evidence-keys.json', anything),
      ])
      return this.judged(code, view, await checkReceipt(code, view.envelope, keys))
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      return { name: error.status === 404 || error.status === 400 ? 'unknown' : error.reason === 'unreadable' ? 'not_genuine' : 'offline', code }
    }
  }

  private judged(code: string, view: ReceiptView, found: Awaited<ReturnType<typeof checkReceipt>>): ReceiptScreen {
    if (found.kind !== 'genuine') return { name: found.kind, code }
    const { receipt } = found
    return { name: 'genuine', receipt, keyId: found.keyId, standing: standingOf(view.standing), kept: compareKept(receipt, this.kept(receipt.recordingId)), pasted: 'none' }
  }
}

function standingOf(word: string): Standing {
  return word === 'erased' || word === 'kept_on_hold' ? word : 'kept'
}

export function compareKept(receipt: Receipt, kept: KeptCheckpoint | null): Comparison {
  if (kept === null) return 'none'
  const { part, seq, head } = receipt.checkpoint
  if (kept.headHex === head) return 'same'
  // A later checkpoint than the receipt's last one means that the recording was longer than the receipt says.
  return kept.part < part || (kept.part === part && kept.blockSeq < seq) ? 'earlier' : 'differs'
}

