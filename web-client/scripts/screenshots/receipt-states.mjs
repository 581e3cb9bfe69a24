// States of the public receipt page: what the server answers for each code, signed as the server signs.
import { generateKeyPairSync, createHash, sign } from 'node:crypto'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const keyId = createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('hex').slice(0, 32)
export const keys = { keys: [{ keyId, algorithm: 'ES256', publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }), createdAt: '2026-01-01T00:00:00.000Z' }] }

const head = '9f2c41d07ab35e86'.repeat(4)
const type = 'application/vnd.aftersales.receipt+json'
const sorted = (value) => (Array.isArray(value) || typeof value !== 'object' ? value : Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])])))

function envelope(code, complete) {
  const document = { receiptCode: code, recordingId: 'rec-1', callId: 'c', startedAt: '2026-11-22T08:00:00.000Z', durationMs: 728_000, blocks: 146, checkpoint: { part: 1, seq: 145, head, at: '2026-11-22T08:12:08.000Z' }, complete, issuedAt: '2026-11-22T08:12:09.000Z' }
  const payload = JSON.stringify(sorted(document))
  const signed = `DSSEv1 ${type.length} ${type} ${Buffer.byteLength(payload)} ${payload}`
  return JSON.stringify({ payloadType: type, payload: Buffer.from(payload).toString('base64'), signatures: [{ keyid: keyId, sig: sign('sha256', Buffer.from(signed), privateKey).toString('base64') }] })
}

const view = (code, standing, complete = true, change = (text) => text) => ({ status: 200, body: { code, url: `https://help.example.cn/r/${code}`, qrSvg: '<svg/>', startedAt: '2026-11-22T08:00:00Z', durationSeconds: 728, blocks: 146, seq: 145, headHex: head, keyId, complete, standing, envelope: change(envelope(code, complete)) } })

/** What the server answers by code; others are unknown, and "R-0FF1-1NE0" is a network that is down. */
export const answers = {
  'R-8K2F-7QXM-3VTA': view('R-8K2F-7QXM-3VTA', 'kept'),
  'R-HE1D-7QXM-3VTA': view('R-HE1D-7QXM-3VTA', 'kept_on_hold', false),
  'R-ERAS-ED00-0000': view('R-ERAS-ED00-0000', 'erased'),
  'R-BAD0-0000-0000': view('R-BAD0-0000-0000', 'kept', true, (text) => text.replace('"payload":"ey', '"payload":"fy')),
}
const paste = (text) => async (page) => { await page.locator('#kept-print').fill(text); await page.waitForTimeout(100) }
const kept = (checkpoint) => (page) => page.addInitScript((value) => localStorage.setItem('aftersales.checkpoint.rec-1', value), JSON.stringify(checkpoint))

/** @type {Readonly<Record<string, { path: string, before?: (page) => Promise<unknown>, run?: (page) => Promise<unknown> }>>} */
export const receiptStates = {
  genuine: { path: '/r/R-8K2F-7QXM-3VTA' },
  genuine_same: { path: '/r/R-8K2F-7QXM-3VTA', run: paste(`R-8K2F… SHA-256 ${head}`) },
  genuine_differs: { path: '/r/R-8K2F-7QXM-3VTA', run: paste('0'.repeat(64)) },
  genuine_unreadable: { path: '/r/R-8K2F-7QXM-3VTA', run: paste('abc') },
  genuine_held: { path: '/r/R-HE1D-7QXM-3VTA' },
  erased: { path: '/r/R-ERAS-ED00-0000' },
  not_genuine: { path: '/r/R-BAD0-0000-0000' },
  unknown: { path: '/r/R-1234-5678-9ABC' },
  offline: { path: '/r/R-0FF1-1NE0' },
  ask: { path: '/r/' },
  kept_same: { path: '/r/R-8K2F-7QXM-3VTA', before: kept({ part: 1, blockSeq: 145, headHex: head }) },
}
