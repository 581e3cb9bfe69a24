import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { base64, concat, hex, utf8, type Bytes } from './bytes'
import { canonicalJson, type Json } from './canonicalJson'
import { open, payloadTypeOf, preAuthentication, type DocumentType, type Envelope } from './dsse'
import { KeyRing, type KeyEntry } from './keys'
import { isManifest } from './manifest'
import { checkReceipt, fingerprintIn } from './receipt'
import { digest, digestHex } from './sha256'
import { SourceError, type EvidenceSource } from './source'
import { mainCheck, type Verification } from './verification'
import { verifyRecording } from './verifyRecording'

/** A signer as the server has one, made of WebCrypto: DER signatures, key id of the public key. */
class Signer {
  private constructor(private readonly key: CryptoKey, readonly entry: KeyEntry) {}

  static async make(more: Partial<KeyEntry> = {}): Promise<Signer> {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
    const keyId = hex(await digest(spki)).slice(0, 32)
    return new Signer(pair.privateKey, { keyId, algorithm: 'ES256', publicKeyPem: `-----BEGIN PUBLIC KEY-----\n${base64(spki)}\n-----END PUBLIC KEY-----\n`, createdAt: '2026-01-01T00:00:00.000Z', ...more })
  }

  async sign(type: DocumentType, document: Json): Promise<Envelope> {
    const payload = utf8(canonicalJson(document) ?? '')
    const raw = new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, this.key, preAuthentication(payloadTypeOf(type), payload)))
    return { payloadType: payloadTypeOf(type), payload: base64(payload), signatures: [{ keyid: this.entry.keyId, sig: base64(der(raw)) }] }
  }
}

function der(raw: Uint8Array): Bytes {
  const integer = (bytes: Uint8Array): Bytes => {
    const start = bytes.findIndex((byte) => byte !== 0)
    const value = bytes.subarray(start)
    const padded = (value[0] ?? 0) >= 0x80 ? concat(Uint8Array.of(0), value) : value
    return concat(Uint8Array.of(2, padded.length), padded)
  }
  const body = concat(integer(raw.subarray(0, 32)), integer(raw.subarray(32)))
  return concat(Uint8Array.of(0x30, body.length), body)
}

/** recordings-schema/journal/v1, written by hand: blocks of these payloads, an END block behind. */
async function journal(recordingId: string, payloads: readonly string[], more: { part?: number; previousHead?: string; end?: boolean } = {}): Promise<{ readonly pieces: readonly Bytes[]; readonly heads: readonly string[] }> {
  const body = utf8(JSON.stringify({ recordingId, ...(more.part === undefined ? {} : { part: more.part, previousHead: more.previousHead }) }))
  const prologue = new Uint8Array(64)
  prologue.set(utf8('ASVJRNL1'))
  prologue[8] = 1
  new DataView(prologue.buffer).setUint32(12, body.length, true)
  let head = await digest(concat(utf8('aftersales.video/journal/v1\0'), prologue, body))
  const pieces: Bytes[] = [concat(prologue, body, head)]
  const heads: string[] = [hex(head)]
  for (const [seq, payload] of [...payloads, ...(more.end === false ? [] : ['end'])].entries()) {
    const stored = utf8(payload)
    const header = new Uint8Array(152)
    header.set(utf8('ABLK'))
    header.set([1, more.end !== false && seq === payloads.length ? 2 : 1, 1], 4)
    new DataView(header.buffer).setBigInt64(8, BigInt(seq), true)
    new DataView(header.buffer).setUint32(36, stored.length, true)
    header.set(await digest(stored), 88)
    head = await digest(concat(Uint8Array.of(1), head, header.subarray(4, 120)))
    header.set(head, 120)
    pieces.push(concat(header, stored))
    heads.push(hex(head))
  }
  return { pieces, heads }
}

type World = { keys: KeyEntry[]; manifest: Record<string, Json>; envelope: Envelope | null; checkpoints: Envelope[]; segments: Map<string, Bytes>; files: Map<string, Bytes> }

const id = 'rec-1'
let signer: Signer

async function makeWorld(options: { end?: boolean } = {}): Promise<World> {
  const { pieces, heads } = await journal(id, ['one', 'two', 'three', 'four'], options)
  const [first = new Uint8Array(0), ...blocks] = pieces
  const segments = new Map([['journal-1-000001.seg', concat(first, ...blocks.slice(0, 2))], ['journal-1-000002.seg', concat(...blocks.slice(2))]])
  const files = new Map([['original.mkv', utf8('picture and sound')], ['empty.txt', new Uint8Array(0)]])
  const checkpoint = (seq: number): Promise<Envelope> => signer.sign('checkpoint', { recordingId: id, part: 1, seq, head: heads[seq + 1] ?? '', at: '2026-11-22T08:00:05.000Z' })
  const manifest: Record<string, Json> = {
    recordingId: id, createdAt: '2026-11-22T08:10:00.000Z',
    files: await Promise.all([...files].map(async ([name, bytes]) => ({ name, length: bytes.length, sha256: await digestHex(bytes) }))),
    segments: await Promise.all([...segments].map(async ([name, bytes], index) => ({ name, part: 1, index: index + 1, length: bytes.length, sha256: await digestHex(bytes), firstSeq: index * 2, lastSeq: index === 0 ? 1 : heads.length - 2 }))),
    journal: { parts: [{ part: 1, head: heads.at(-1) ?? '', blocks: heads.length - 1, endReason: 'hung_up', recovered: false, lossMs: 0 }] },
    checkpoints: [-1, 1, 3].map((seq) => ({ part: 1, seq, head: heads[seq + 1] ?? '', at: '2026-11-22T08:00:05.000Z' })),
  }
  return { keys: [signer.entry], manifest, envelope: null, checkpoints: await Promise.all([-1, 1, 3].map(checkpoint)), segments, files }
}

function sourceOf(world: World): EvidenceSource {
  async function* from(map: Map<string, Bytes>, name: string): AsyncGenerator<Bytes> {
    const bytes = map.get(name)
    if (bytes === undefined) throw new SourceError('missing')
    await Promise.resolve()
    for (let at = 0; at < bytes.length; at += 100) yield bytes.slice(at, at + 100)
  }
  return {
    keys: () => Promise.resolve({ keys: world.keys }),
    manifest: async () => world.envelope ?? signer.sign('manifest', world.manifest),
    checkpoints: () => Promise.resolve(world.checkpoints),
    segment: (name) => from(world.segments, name),
    file: (name) => from(world.files, name),
  }
}

const check = (world: World): Promise<Verification> => verifyRecording(id, sourceOf(world))
const said = (found: Verification): string => { const main = mainCheck(found.checks); return [found.verdict, main?.name, main?.reason, main?.where].filter((one) => one !== undefined && one !== null && one !== '').join(' ') }
const flip = (bytes: Bytes, at: number): Bytes => { const changed = bytes.slice(); changed[at] = (changed[at] ?? 0) ^ 1; return changed }

beforeAll(async () => { signer = await Signer.make() })

describe('A recording checked in the browser', () => {
  it('is Verified when everything fits', async () => {
    const found = await check(await makeWorld())
    expect(said(found)).toBe('verified')
    expect(found.facts).toMatchObject({ blocks: 5, segments: 2, files: 2, checkpoints: 3, recovered: false })
  })

  it('is Verified, recovered, with the loss the journal states', async () => {
    const world = await makeWorld()
    const { parts: [part] } = world.manifest['journal'] as { parts: [Record<string, Json>] }
    Object.assign(part, { recovered: true, lossMs: 180 })
    const found = await check(world)
    expect(found.verdict).toBe('verified')
    expect(found.facts).toMatchObject({ recovered: true, lossMs: 180 })
  })

  it('fails at the right place for every byte changed in a segment or file', async () => {
    const world = await makeWorld()
    for (const [map, name] of [[world.segments, 'segments'], [world.files, 'files']] as const) {
      for (const [file, bytes] of map) {
        for (let at = 0; at < bytes.length; at += 13) {
          const found = await check({ ...world, [name]: new Map([...map, [file, flip(bytes, at)]]) })
          expect(said(found), `byte ${at} of ${file}`).toBe(`failed ${name} digest_differs ${file}`)
        }
      }
    }
  })

  it('fails when a manifest’s field is changed after signing, whichever it is', async () => {
    const world = await makeWorld()
    const envelope = await signer.sign('manifest', world.manifest)
    for (const name of Object.keys(world.manifest)) {
      const changed = { ...world.manifest, [name]: name === 'recordingId' ? 'rec-2' : 'x' }
      const forged = { ...envelope, payload: base64(utf8(canonicalJson(changed) ?? '')) }
      expect(said(await check({ ...world, envelope: forged })), name).toMatch(/^failed signature signature_wrong/)
    }
  })

  it('finds a rewritten journal by the checkpoints people hold, though manifest and digests were made to fit', async () => {
    const world = await makeWorld()
    const other = await journal(id, ['one', 'TWO', 'three', 'four'])
    const bytes = concat(...other.pieces)
    world.segments = new Map([['journal-1-000001.seg', bytes]])
    world.manifest['segments'] = [{ name: 'journal-1-000001.seg', part: 1, index: 1, length: bytes.length, sha256: await digestHex(bytes), firstSeq: 0, lastSeq: 4 }]
    world.manifest['journal'] = { parts: [{ part: 1, head: other.heads.at(-1) ?? '', blocks: 5, endReason: 'hung_up', recovered: false, lossMs: 0 }] }
    expect(said(await check(world))).toBe('failed checkpoints checkpoint_off_chain 1/1')
  })

  it('finds a tail cut before a checkpoint', async () => {
    const world = await makeWorld()
    const short = await journal(id, ['one', 'two'])
    const bytes = concat(...short.pieces)
    world.segments = new Map([['journal-1-000001.seg', bytes]])
    world.manifest['segments'] = [{ name: 'journal-1-000001.seg', part: 1, index: 1, length: bytes.length, sha256: await digestHex(bytes), firstSeq: 0, lastSeq: 2 }]
    world.manifest['journal'] = { parts: [{ part: 1, head: short.heads.at(-1) ?? '', blocks: 3, endReason: 'hung_up', recovered: false, lossMs: 0 }] }
    world.manifest['checkpoints'] = [1, 3].map((seq) => ({ ...(world.manifest['checkpoints'] as Record<string, Json>[])[seq === 1 ? 1 : 2] }))
    expect(said(await check(world))).toBe('failed checkpoints truncated 1/3')
  })

  it('is Incomplete, never Verified, without END, with a missing file, or when something cannot be read', async () => {
    expect(said(await check(await makeWorld({ end: false })))).toBe('incomplete end no_end')
    const world = await makeWorld()
    expect(said(await check({ ...world, files: new Map() }))).toBe('incomplete files missing original.mkv')
    expect(said(await check({ ...world, segments: new Map() }))).toMatch(/^failed chain|^incomplete segments missing/)
    expect(said(await check({ ...world, checkpoints: [] }))).toBe('incomplete checkpoints no_checkpoint')
    const offline: EvidenceSource = { ...sourceOf(world), manifest: () => Promise.reject(new SourceError('not_sealed')) }
    const unsealed = await verifyRecording(id, offline)
    expect([unsealed.verdict, mainCheck(unsealed.checks)?.reason]).toEqual(['incomplete', 'not_sealed'])
  })

  it('is not believed with a foreign key, a revoked key, another recording’s manifest or an id that is not the key’s', async () => {
    const world = await makeWorld()
    const stranger = await Signer.make()
    expect(said(await check({ ...world, envelope: await stranger.sign('manifest', world.manifest) }))).toBe(`failed signature unknown_key ${stranger.entry.keyId}`)
    expect(said(await check({ ...world, keys: [{ ...signer.entry, revokedAt: '2026-11-22T08:00:00.000Z' }] }))).toMatch(/^failed signature key_revoked/)
    expect((await check({ ...world, keys: [{ ...signer.entry, revokedAt: '2027-01-01T00:00:00.000Z' }] })).verdict).toBe('verified')
    expect(said(await check({ ...world, manifest: { ...world.manifest, recordingId: 'rec-2' } }))).toBe('failed signature other_recording rec-2')
    expect(said(await check({ ...world, keys: [{ ...signer.entry, publicKeyPem: stranger.entry.publicKeyPem }] }))).toMatch(/^failed signature unknown_key/)
    expect(said(await check({ ...world, keys: [signer.entry, signer.entry] }))).toBe('incomplete keys keys_unreadable')
  })

  it('follows a journal that went on in a second file, and finds one that belongs elsewhere', async () => {
    const world = await makeWorld()
    const first = await journal(id, ['one', 'two'], { end: false })
    const make = async (previousHead: string): Promise<Verification> => {
      const second = await journal(id, ['three'], { part: 2, previousHead })
      const parts = [first, second].map((one) => concat(...one.pieces))
      world.segments = new Map(parts.map((bytes, index) => [`journal-${index + 1}-000001.seg`, bytes]))
      world.manifest['segments'] = await Promise.all(parts.map(async (bytes, index) => ({ name: `journal-${index + 1}-000001.seg`, part: index + 1, index: 1, length: bytes.length, sha256: await digestHex(bytes), firstSeq: 0, lastSeq: 1 })))
      world.manifest['journal'] = { parts: [first, second].map((one, index) => ({ part: index + 1, head: one.heads.at(-1) ?? '', blocks: 2, endReason: index === 0 ? '' : 'hung_up', recovered: false, lossMs: 0 })) }
      world.checkpoints = [await signer.sign('checkpoint', { recordingId: id, part: 1, seq: 1, head: first.heads[2] ?? '', at: '2026-11-22T08:00:05.000Z' }), await signer.sign('checkpoint', { recordingId: id, part: 2, seq: 1, head: second.heads[2] ?? '', at: '2026-11-22T08:00:09.000Z' })]
      world.manifest['checkpoints'] = []
      return check(world)
    }
    expect(said(await make(first.heads[2] ?? ''))).toBe('verified')
    expect(said(await make('00'.repeat(32)))).toBe('failed chain chain_broken 2/2')
  })
})

describe('The vectors of recordings-schema/manifest/v1', () => {
  const vector = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../../recordings-schema/manifest/v1/vectors/${name}`, import.meta.url), 'utf8'))

  it('are opened with their keys, and say what is written beside them', async () => {
    const keys = await KeyRing.read(vector('keys.json'))
    const opened = await open(vector('manifest.dsse.json'), 'manifest', keys!)
    expect(opened.ok).toBe(true)
    if (!opened.ok) return
    expect(isManifest(opened.document)).toBe(true)
    expect(opened.document).toEqual(vector('manifest.json'))
  })
})

describe('A receipt', () => {
  const document = { receiptCode: 'R-8K2F-7QXM-3VTA-9Q2C', recordingId: id, callId: 'c', startedAt: '2026-11-22T08:00:00.000Z', durationMs: 728_000, blocks: 146, checkpoint: { part: 1, seq: 145, head: 'ab'.repeat(32), at: '2026-11-22T08:12:08.000Z' }, complete: true, issuedAt: '2026-11-22T08:12:09.000Z' }

  it('is genuine with its code and a published key, and nothing else', async () => {
    const envelope = await signer.sign('receipt', document)
    const keys = { keys: [signer.entry] }
    const text = JSON.stringify(envelope)
    expect((await checkReceipt(document.receiptCode, text, keys)).kind).toBe('genuine')
    expect((await checkReceipt('R-0000-0000-0000-0000', text, keys)).kind).toBe('not_genuine')
    expect((await checkReceipt(document.receiptCode, text.replace(envelope.payload.slice(0, 8), 'eyJibG9x'), keys)).kind).toBe('not_genuine')
    expect((await checkReceipt(document.receiptCode, '{', keys)).kind).toBe('not_genuine')
    expect((await checkReceipt(document.receiptCode, text, { keys: [] })).kind).toBe('not_genuine')
    expect((await checkReceipt(document.receiptCode, text, null)).kind).toBe('unsure')
  })

  it('is compared with a fingerprint as people paste it', () => {
    const print = '0123456789abcdef'.repeat(4)
    expect(fingerprintIn(print.toUpperCase())).toBe(print)
    expect(fingerprintIn(print.replace(/(.{8})/g, '$1 '))).toBe(print)
    expect(fingerprintIn(`{"headHex":"${print}"}`)).toBe(print)
    expect([fingerprintIn('abc'), fingerprintIn(`${print}00`)]).toEqual([null, null])
  })
})
