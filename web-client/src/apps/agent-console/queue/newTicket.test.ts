import { describe, expect, it } from 'vitest'
import { checkDraft, emptyDraft, emptyLine, toRequest, type TicketDraft } from './newTicket'

const draft = (more: Partial<TicketDraft> = {}): TicketDraft => ({ ...emptyDraft(), subject: ' No sound ', buyerName: '王小明', buyerPhone: '+86 138-0013-4821', ...more })

describe('A new ticket', () => {
  it('needs a subject, a name and a phone, and says so for each', () => {
    expect(Object.keys(checkDraft(emptyDraft())).sort()).toEqual(['buyerName', 'buyerPhone', 'subject'])
    expect(checkDraft(draft())).toEqual({})
  })

  it.each(['12a45', '----', '1234', '1'.repeat(40)])('refuses %s as a phone number', (buyerPhone) => {
    expect(checkDraft(draft({ buyerPhone }))).toHaveProperty('buyerPhone')
  })

  it('ignores a line nobody touched and checks one that was', () => {
    expect(checkDraft(draft({ lines: [emptyLine()] }))).toEqual({})
    const faults = checkDraft(draft({ lines: [emptyLine(), { ...emptyLine(), unitPrice: '-3', quantity: '1.5' }] }))
    expect(Object.keys(faults).sort()).toEqual(['lines.1.quantity', 'lines.1.title', 'lines.1.unitPrice'])
  })

  it('says how long a text may be', () => {
    expect(checkDraft(draft({ subject: 'x'.repeat(201) })).subject).toEqual({ max: 200 })
  })

  it('is sent trimmed and with numbers', () => {
    const request = toRequest(draft({ lines: [{ title: ' Buds ', sku: '', quantity: '2', unitPrice: '29.90', currency: 'CNY' }, emptyLine()] }))
    expect(request.subject).toBe('No sound')
    expect(request.orderLines).toEqual([{ title: 'Buds', sku: '', quantity: 2, unitPrice: 29.9, currency: 'CNY' }])
  })
})
