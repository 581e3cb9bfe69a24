import { concat, fromUtf8, hex, same, utf8, type Bytes } from './bytes'
import { digest } from './sha256'

/** recordings-schema/journal/v1, read without the key: head, block headers, digests of the stored bytes, chain. */
const prologueLength = 64
const hashLength = 32
const blockHeaderLength = 152
const maxBodyLength = 65_536
const maxStoredLength = 1_048_576
const storedDigestAt = 88
const chainHashAt = 120

export type JournalFault =
  | 'no_head' | 'head_hash' | 'head_body' | 'block_magic' | 'block_header' | 'block_order' | 'stored_digest' | 'chain' | 'after_end' | 'torn'

export type JournalHeadBody = { readonly recordingId: string; readonly part: number; readonly previousHead: string | null }

/**
 * Follows the hash chain of one part of a journal while its bytes arrive, in pieces of any size. The first thing that does not fit
 * stops it for good: `fault` says what, `nextSeq` at which block.
 */
export class JournalChain {
  fault: JournalFault | null = null
  body: JournalHeadBody | null = null
  /** True when the last block was the END block. */
  ended = false
  /** Blocks whose hash fits, the END block included. */
  blocks = 0
  bytes = 0
  /** Chain head after each block by its seq: what checkpoints are compared with. `heads[0]` is block 0. */
  readonly heads: string[] = []
  genesis = ''
  private head: Bytes | null = null
  private rest: Bytes = new Uint8Array(0)
  private readonly domain = utf8('aftersales.video/journal/v1\0')

  get nextSeq(): number {
    return this.heads.length
  }

  get headHex(): string {
    return this.heads.at(-1) ?? this.genesis
  }

  async push(bytes: Bytes): Promise<void> {
    this.bytes += bytes.length
    let left = this.rest.length === 0 ? bytes : concat(this.rest, bytes)
    while (this.fault === null) {
      const taken = this.head === null ? await this.takeHead(left) : await this.takeBlock(left)
      if (taken === 0) break
      left = left.subarray(taken)
    }
    this.rest = left.slice()
  }

  /** Call when all bytes are there. */
  finish(): void {
    if (this.fault === null && this.head === null) this.fault = 'no_head'
    else if (this.fault === null && this.rest.length > 0) this.fault = 'torn'
  }

  /** @returns bytes used; 0 when more are needed. */
  private async takeHead(bytes: Bytes): Promise<number> {
    if (bytes.length < prologueLength) return 0
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const bodyLength = view.getUint32(12, true)
    if (fromUtf8(bytes.subarray(0, 8)) !== 'ASVJRNL1' || view.getUint16(8, true) !== 1 || bodyLength > maxBodyLength) return this.stop('no_head')
    const end = prologueLength + bodyLength
    if (bytes.length < end + hashLength) return 0
    const hash = await digest(concat(this.domain, bytes.subarray(0, end)))
    if (!same(hash, bytes.subarray(end, end + hashLength))) return this.stop('head_hash')
    this.body = readBody(bytes.subarray(prologueLength, end))
    if (this.body === null) return this.stop('head_body')
    this.head = hash
    this.genesis = hex(hash)
    return end + hashLength
  }

  private async takeBlock(bytes: Bytes): Promise<number> {
    if (bytes.length < blockHeaderLength || this.head === null) return 0
    if (this.ended) return this.stop('after_end')
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const storedLength = view.getUint32(36, true)
    if (fromUtf8(bytes.subarray(0, 4)) !== 'ABLK') return this.stop('block_magic')
    const [version = 0, type = 0, cipher = 0] = bytes.subarray(4, 7)
    if (version !== 1 || type < 1 || type > 2 || cipher > 1 || storedLength > maxStoredLength) return this.stop('block_header')
    if (view.getBigInt64(8, true) !== BigInt(this.nextSeq)) return this.stop('block_order')
    const end = blockHeaderLength + storedLength
    if (bytes.length < end) return 0
    if (!same(await digest(bytes.subarray(blockHeaderLength, end)), bytes.subarray(storedDigestAt, chainHashAt))) return this.stop('stored_digest')
    const hash = await digest(concat(Uint8Array.of(1), this.head, bytes.subarray(4, chainHashAt)))
    if (!same(hash, bytes.subarray(chainHashAt, blockHeaderLength))) return this.stop('chain')
    this.head = hash
    this.heads.push(hex(hash))
    this.blocks++
    this.ended = type === 2
    return end
  }

  private stop(fault: JournalFault): 0 {
    this.fault = fault
    return 0
  }
}

function readBody(bytes: Uint8Array): JournalHeadBody | null {
  try {
    const body = JSON.parse(fromUtf8(bytes) ?? '') as Record<string, unknown> | null
    const { recordingId, part = 1, previousHead = null } = body ?? {}
    return typeof recordingId === 'string' && typeof part === 'number' && (previousHead === null || typeof previousHead === 'string')
      ? { recordingId, part, previousHead }
      : null
  } catch {
    return null
  }
}
