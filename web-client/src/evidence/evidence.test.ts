import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { base64, fromBase64, fromHex, hex, utf8, type Bytes } from './bytes'
import { canonicalJson, readCanonical } from './canonicalJson'
import { JournalChain } from './journal'
import { rawSignature } from './keys'
import { digestHex, Sha256 } from './sha256'

const vectors = new URL('../../../recordings-schema/journal/v1/vectors/', import.meta.url)
const file = (name: string): Bytes => new Uint8Array(readFileSync(fileURLToPath(new URL(name, vectors))))
const minimal = file('minimal.journal')
const expected = JSON.parse(readFileSync(fileURLToPath(new URL('minimal.json', vectors)), 'utf8')) as { h0: string; h1: string; h2: string; length: number; blockOffsets: [number, number] }

async function chainOf(...pieces: readonly Bytes[]): Promise<JournalChain> {
  const chain = new JournalChain()
  for (const piece of pieces) await chain.push(piece)
  chain.finish()
  return chain
}

describe('SHA-256 over a stream', () => {
  it('agrees with the browser’s at every length around a block, in pieces of any size', async () => {
    for (const length of [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 1000, 70_001]) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 31 + length) & 255)
      const streamed = new Sha256()
      for (let at = 0; at < length; at += 37) streamed.update(bytes.subarray(at, at + 37))
      expect(streamed.hexDigest()).toBe(await digestHex(bytes))
    }
  })
})

describe('Bytes', () => {
  it('come out of hex and base64 as they went in, and only out of one spelling', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    expect(fromHex(hex(bytes))).toEqual(bytes)
    expect(fromBase64(base64(bytes))).toEqual(bytes)
    expect([fromHex('abc'), fromHex('zz'), fromBase64('a'), fromBase64('QUJ='), fromBase64('QU*D')]).toEqual([null, null, null, null, null])
    expect(fromBase64('QUI')).toEqual(utf8('AB'))
  })
})

describe('Canonical JSON', () => {
  it('is the RFC 8785 form, and nothing else is read', () => {
    expect(canonicalJson({ b: [1, true, null], a: 'é"\n', '10': {}, '9': '€' })).toBe('{"10":{},"9":"€","a":"é\\"\\n","b":[1,true,null]}')
    expect(canonicalJson({ a: 1.5 })).toBeNull()
    expect(readCanonical('{"a":1}')).toEqual({ a: 1 })
    for (const text of ['{"a": 1}', '{"a":1,"a":2}', '{"b":1,"a":2}', '{"a":1.0}', '{"a":1e2}', '{"a":-0}', '{"a":"\\u0041"}', '', '{']) expect(readCanonical(text)).toBeUndefined()
  })
})

describe('A DER signature', () => {
  it('has one spelling', () => {
    const scalar = [2, 2, 0, 0x80]
    expect(rawSignature(Uint8Array.of(0x30, 8, ...scalar, ...scalar))).toHaveLength(64)
    expect(rawSignature(Uint8Array.of(0x30, 8, 2, 2, 0, 0x7f, ...scalar)), 'padded without need').toBeNull()
    expect(rawSignature(Uint8Array.of(0x30, 6, 2, 1, 0x80, 2, 1, 1)), 'negative').toBeNull()
    expect(rawSignature(Uint8Array.of(0x30, 8, ...scalar, ...scalar, 0)), 'something behind').toBeNull()
    expect(rawSignature(Uint8Array.of())).toBeNull()
  })
})

describe('The chain of a journal', () => {
  it('fits the vector, whole and in pieces of 1, 7 and 300 bytes', async () => {
    for (const size of [minimal.length, 1, 7, 300]) {
      const pieces = Array.from({ length: Math.ceil(minimal.length / size) }, (_, index) => minimal.slice(index * size, (index + 1) * size))
      const chain = await chainOf(...pieces)
      expect(chain.fault).toBeNull()
      expect([chain.genesis, ...chain.heads]).toEqual([expected.h0, expected.h1, expected.h2])
      expect([chain.ended, chain.blocks, chain.bytes]).toEqual([true, 2, expected.length])
    }
  })

  it('finds every changed byte, at the block it is in', async () => {
    for (let at = 0; at < minimal.length; at++) {
      const changed = minimal.slice()
      changed[at] = (changed[at] ?? 0) ^ 0x01
      const chain = await chainOf(changed)
      const block = at < expected.blockOffsets[0] ? -1 : at < expected.blockOffsets[1] ? 0 : 1
      expect(chain.fault, `byte ${at}`).not.toBeNull()
      expect(chain.genesis === '' ? -1 : chain.nextSeq, `byte ${at}`).toBe(block)
    }
  })

  it('sees a tail cut at any byte: torn inside a block, without its END between blocks', async () => {
    for (let length = 0; length < minimal.length; length++) {
      const chain = await chainOf(minimal.slice(0, length))
      const whole = length === expected.blockOffsets[0] || length === expected.blockOffsets[1]
      expect(chain.ended).toBe(false)
      expect(chain.fault === null, `cut at ${length}`).toBe(whole)
    }
  })

  it('sees a block left out, doubled, exchanged, and something after the end', async () => {
    const [first, second] = expected.blockOffsets
    const [head, a, b] = [minimal.slice(0, first), minimal.slice(first, second), minimal.slice(second)]
    expect((await chainOf(head, b)).fault).toBe('block_order')
    expect((await chainOf(head, a, a, b)).fault).toBe('block_order')
    expect((await chainOf(head, b, a)).fault).toBe('block_order')
    expect((await chainOf(head, a, b, b)).fault).toBe('after_end')
    expect((await chainOf(head, a, b, Uint8Array.of(0))).fault).toBe('torn')
  })
})
