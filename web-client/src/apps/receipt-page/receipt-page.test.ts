import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Receipt } from '@/evidence/receipt'
import { HttpClient } from '@/signalling/http'
import { tableProblems } from '@/ui/messages-check'
import { tables } from './messages'
import { codeOf, compareKept, keptCheckpoint, ReceiptCheckPage } from './model/receipt-check-page'

const receipt: Receipt = {
  receiptCode: 'R-8K2F-7QXM-3VTA', recordingId: 'rec-1', startedAt: '2026-11-22T08:00:00.000Z', durationMs: 1_000, blocks: 10, complete: true, issuedAt: '2026-11-22T08:01:00.000Z',
  checkpoint: { part: 1, seq: 9, head: 'ab'.repeat(32), at: '2026-11-22T08:01:00.000Z' },
}
const answering = (status: number, body: unknown): ReceiptCheckPage => new ReceiptCheckPage(new HttpClient({ fetch: () => Promise.resolve(new Response(JSON.stringify(body), { status })) }), () => null)

describe('The page that checks a receipt', () => {
  it('has all its texts in both languages', () => {
    const folder = import.meta.dirname
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|vue)$/.test(name) && name !== 'messages.ts').map((name) => readFileSync(join(folder, name), 'utf8'))
    expect(tableProblems(tables, sources)).toEqual([])
  })

  it('reads a code as people type it', () => {
    expect([codeOf('r 8k2f7qxm3vta'), codeOf('R-8K2F-7QXM-3VTA'), codeOf(' R-8k2f-7qxm-3vto ')]).toEqual(['R-8K2F-7QXM-3VTA', 'R-8K2F-7QXM-3VTA', 'R-8K2F-7QXM-3VT0'])
    expect([codeOf(''), codeOf('8K2F-7QXM-3VTA'), codeOf('R-8K2F-7QXM-3VTU'), codeOf('R-<b>')]).toEqual([null, null, null, null])
  })

  it('tells an unknown code from a network that is down, and never calls either genuine', async () => {
    const unknown = answering(404, { code: 'receipt.not_found' })
    await unknown.open('R-8K2F-7QXM-3VTA')
    expect(unknown.screen.value.name).toBe('unknown')
    const offline = new ReceiptCheckPage(new HttpClient({ fetch: () => Promise.reject(new TypeError('offline')) }), () => null)
    await offline.open('R-8K2F-7QXM-3VTA')
    expect(offline.screen.value.name).toBe('offline')
    const odd = answering(200, { code: 'x' })
    await odd.open('R-8K2F-7QXM-3VTA')
    expect(odd.screen.value.name).toBe('not_genuine')
  })

  it('asks for a code when the address has none', async () => {
    const page = answering(404, {})
    await page.open('')
    expect(page.screen.value.name).toBe('ask')
  })

  it('compares with what this device kept during the call', () => {
    const kept = { part: 1, blockSeq: 9, headHex: 'ab'.repeat(32) }
    expect(compareKept(receipt, null)).toBe('none')
    expect(compareKept(receipt, kept)).toBe('same')
    expect(compareKept(receipt, { ...kept, headHex: 'cd'.repeat(32) })).toBe('differs')
    expect(compareKept(receipt, { part: 1, blockSeq: 4, headHex: 'cd'.repeat(32) })).toBe('earlier')
    expect(compareKept(receipt, { part: 1, blockSeq: 12, headHex: 'cd'.repeat(32) }), 'the recording was longer than the receipt says').toBe('differs')
    expect(keptCheckpoint({ getItem: () => '{"part":1,"blockSeq":2,"headHex":"ab"}' }, 'rec-1')).toEqual({ part: 1, blockSeq: 2, headHex: 'ab' })
    expect([keptCheckpoint({ getItem: () => 'x' }, 'r'), keptCheckpoint({ getItem: () => null }, 'r'), keptCheckpoint(null, 'r')]).toEqual([null, null, null])
  })
})
