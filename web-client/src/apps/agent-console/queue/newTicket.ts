import type { OpenTicketRequest } from '@/contracts/generated'

export const problemTypes = ['product', 'logistics', 'policy', 'promise', 'setup', 'other'] as const
export const platforms = ['douyin', 'taobao', 'jd', 'pinduoduo', 'kuaishou', 'shopify', 'amazon', 'tiktok', 'other'] as const
export const currencies = ['CNY', 'USD', 'EUR', 'GBP', 'HKD', 'JPY', 'SGD'] as const

/** As typed: numbers stay text until they are checked. */
export type LineDraft = { title: string; sku: string; quantity: string; unitPrice: string; currency: string }
export type TicketDraft = {
  subject: string
  buyerName: string
  buyerPhone: string
  problemType: (typeof problemTypes)[number]
  platform: (typeof platforms)[number]
  platformOrderId: string
  lines: LineDraft[]
}

export type Fault = 'subject' | 'buyerName' | 'buyerPhone' | 'lineTitle' | 'lineQuantity' | 'linePrice' | { readonly max: number }
/** By field: "subject", "lines.0.quantity". */
export type Faults = Readonly<Record<string, Fault>>

const limits = { subject: 200, buyerName: 100, buyerPhone: 32, platformOrderId: 64, title: 200, sku: 64 } as const

export function emptyLine(): LineDraft {
  return { title: '', sku: '', quantity: '1', unitPrice: '', currency: 'CNY' }
}

export function emptyDraft(): TicketDraft {
  return { subject: '', buyerName: '', buyerPhone: '', problemType: 'product', platform: 'douyin', platformOrderId: '', lines: [emptyLine()] }
}

/** A line nobody touched is no line. */
export function isUntouched(line: LineDraft): boolean {
  return line.title.trim() === '' && line.sku.trim() === '' && line.unitPrice.trim() === ''
}

export function checkDraft(draft: TicketDraft): Faults {
  const faults: Record<string, Fault> = {}
  const need = (field: string, holds: boolean, fault: Fault): void => {
    if (!holds && faults[field] === undefined) faults[field] = fault
  }
  need('subject', draft.subject.trim() !== '', 'subject')
  need('subject', draft.subject.trim().length <= limits.subject, { max: limits.subject })
  need('buyerName', draft.buyerName.trim() !== '', 'buyerName')
  need('buyerName', draft.buyerName.trim().length <= limits.buyerName, { max: limits.buyerName })
  need('buyerPhone', isPhone(draft.buyerPhone), 'buyerPhone')
  need('platformOrderId', draft.platformOrderId.trim().length <= limits.platformOrderId, { max: limits.platformOrderId })
  draft.lines.forEach((line, index) => {
    if (isUntouched(line)) return
    need(`lines.${index}.title`, line.title.trim() !== '', 'lineTitle')
    need(`lines.${index}.title`, line.title.trim().length <= limits.title, { max: limits.title })
    need(`lines.${index}.sku`, line.sku.trim().length <= limits.sku, { max: limits.sku })
    need(`lines.${index}.quantity`, /^[1-9]\d{0,2}$/.test(line.quantity.trim()), 'lineQuantity')
    need(`lines.${index}.unitPrice`, line.unitPrice.trim() === '' || /^\d{1,9}(\.\d{1,2})?$/.test(line.unitPrice.trim()), 'linePrice')
  })
  return faults
}

/** Call on a draft without faults. */
export function toRequest(draft: TicketDraft): OpenTicketRequest {
  return {
    subject: draft.subject.trim(),
    buyerName: draft.buyerName.trim(),
    buyerPhone: draft.buyerPhone.trim(),
    problemType: draft.problemType,
    platform: draft.platform,
    platformOrderId: draft.platformOrderId.trim(),
    orderLines: draft.lines.filter((line) => !isUntouched(line)).map((line) => ({
      sku: line.sku.trim(),
      title: line.title.trim(),
      quantity: Number(line.quantity),
      unitPrice: Number(line.unitPrice.trim() === '' ? 0 : line.unitPrice),
      currency: line.currency,
    })),
  }
}

function isPhone(text: string): boolean {
  const phone = text.trim()
  return /^\+?[\d\s-]{5,}$/.test(phone) && phone.length <= limits.buyerPhone && (phone.match(/\d/g)?.length ?? 0) >= 5
}
