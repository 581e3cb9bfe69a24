import type { ReceiptView } from '@/contracts/generated'
import type { EntryApi } from './entry-api'
import type { ReceiptState } from './screen'

/** The journal closes within a second or two of the end; a minute is for a server that was killed and comes back. */
const askEveryMs = 1_500
const patienceMs = 60_000

/** The buyer's receipt: asked for until it is there, then theirs to copy and keep. */
export class ReceiptPart {
  private receipt: ReceiptView | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private until = 0
  private missing: ReceiptState = { kind: 'late' }

  constructor(private readonly api: EntryApi, private readonly page: Window, private readonly show: (state: ReceiptState) => void) {}

  /** @param expected a call was recorded; otherwise a receipt is shown only if there turns out to be one. */
  start(expected = true): void {
    clearTimeout(this.timer)
    this.until = expected ? performance.now() + patienceMs : 0
    this.missing = { kind: expected ? 'late' : 'none' }
    this.show({ kind: expected ? 'waiting' : 'none' })
    void this.ask()
  }

  copy(): void {
    const { receipt } = this
    if (receipt === null) return
    const done = (copied: 'yes' | 'failed') => this.show({ kind: 'there', receipt, copied })
    if (this.page.navigator.clipboard === undefined) return done('failed')
    this.page.navigator.clipboard.writeText(`${receipt.code}\n${receipt.url}\nSHA-256 ${receipt.headHex}`).then(() => done('yes'), () => done('failed'))
  }

  /** A file that can be checked without us: it holds the signed envelope. */
  save(): void {
    if (this.receipt === null) return
    const { code, url, headHex, envelope } = this.receipt
    const address = URL.createObjectURL(new Blob([JSON.stringify({ code, url, headHex, envelope })], { type: 'application/json' }))
    const link = this.page.document.createElement('a')
    link.href = address
    link.download = `${code}.json`
    link.click()
    setTimeout(() => URL.revokeObjectURL(address), 10_000)
  }

  private async ask(): Promise<void> {
    try {
      this.receipt = await this.api.receipt()
    } catch {
      // Offline or busy for a moment: the next try follows.
    }
    if (this.receipt !== null) return this.show({ kind: 'there', receipt: this.receipt, copied: 'no' })
    if (performance.now() >= this.until) return this.show(this.missing)
    this.timer = setTimeout(() => void this.ask(), askEveryMs)
  }
}
