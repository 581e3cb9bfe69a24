import type {
  BuyerCallView, BuyerOrderLine, ConsentNotice, ConsentRequest, ConsentText, PhotoReceipt, RatingRequest, ReceiptView, RedeemRequest,
} from '@/contracts/generated'
import { isBoolean, isNumber, isString, listOf, nullable, shape, type Guard } from '@/contracts/guards'
import type { ConsentChoice } from '@/contracts/names'
import { anything, HttpClient, upload, type Progress } from '@/signalling/http'
import type { Language } from '@/ui/messages'

const isConsentText: Guard<ConsentText> = shape<ConsentText>({ title: isString, points: listOf(isString), fullText: isString })
const isNotice: Guard<ConsentNotice> = shape<ConsentNotice>({ version: isString, retentionDays: isNumber, zh: isConsentText, en: isConsentText })
const isOrderLine: Guard<BuyerOrderLine> = shape<BuyerOrderLine>({ title: isString, quantity: isNumber })
const isBuyerCall: Guard<BuyerCallView> = shape<BuyerCallView>({
  callId: isString, state: isString, step: isString, shopName: isString, agentName: isString, orderTail: isString,
  orderLines: listOf(isOrderLine), consent: isNotice, endReason: nullable(isString), rated: isBoolean,
})
const isReceipt: Guard<PhotoReceipt> = shape<PhotoReceipt>({ photoId: isString, sha256: isString, count: isNumber })

/** What the page shows of a receipt; the rest is for the public page. */
const isCallReceipt: Guard<ReceiptView | null> = nullable((value): value is ReceiptView => {
  const { code, url, qrSvg, headHex, envelope } = (value ?? {}) as Partial<ReceiptView>
  return [code, url, qrSvg, headHex, envelope].every(isString)
})

/** The buyer's side of the HTTP contract. Every refusal is a ProblemError. */
export class EntryApi {
  constructor(private readonly http: HttpClient = new HttpClient()) {}

  /** Exchanges the link's secret for the session cookie. */
  async redeem(token: string): Promise<void> {
    await this.http.post('/api/buyer/redeem', { token } satisfies RedeemRequest, anything)
  }

  call(): Promise<BuyerCallView> {
    return this.http.get('/api/buyer/call', isBuyerCall)
  }

  async consent(choice: ConsentChoice, noticeVersion: string, language: Language): Promise<void> {
    await this.http.post('/api/buyer/consent', { choice, noticeVersion, language } satisfies ConsentRequest, anything)
  }

  /** Null until the recording is closed. */
  receipt(): Promise<ReceiptView | null> {
    return this.http.get('/api/buyer/receipt', isCallReceipt)
  }

  async withdraw(): Promise<void> {
    await this.http.post('/api/buyer/consent/withdraw', undefined, anything)
  }

  async rate(rating: RatingRequest): Promise<void> {
    await this.http.post('/api/buyer/rating', rating, anything)
  }

  photo(file: File, note: string, progress: Progress): Promise<PhotoReceipt> {
    const form = new FormData()
    form.append('photo', file, file.name)
    form.append('note', note)
    return upload('/api/buyer/photos', form, isReceipt, progress)
  }
}
