import type { Bytes } from './bytes'
import { open, type OpenFault } from './dsse'
import { JournalChain, type JournalFault } from './journal'
import { KeyRing } from './keys'
import { isCheckpointRef, isManifest, type CheckpointRef, type Manifest, type ManifestPart, type ManifestSegment } from './manifest'
import { Sha256 } from './sha256'
import { SourceError, type EvidenceSource } from './source'
import { checkNames, verdictOf, type Check, type CheckName, type Facts, type Outcome, type Reason, type Verification } from './verification'

/** @param done of `total` bytes. */
export type Progress = (check: CheckName, done: number, total: number) => void

/**
 * Recomputes from published formats what the server claims of a recording: signature of the manifest by a published key, every segment
 * and file against it, the hash chain of the journal from its head to its END, and that each signed checkpoint lies on it.
 */
export async function verifyRecording(recordingId: string, source: EvidenceSource, progress: Progress = () => undefined): Promise<Verification> {
  return new RecordingCheck(recordingId, source, progress).run()
}

class Stop extends Error {
  constructor(readonly reason: Reason, readonly outcome: Outcome, readonly where = '') {
    super(reason)
  }
}

const faultReason: Readonly<Record<OpenFault, Reason>> = {
  not_an_envelope: 'unreadable', wrong_type: 'unreadable', not_canonical: 'unreadable', unknown_key: 'unknown_key', key_revoked: 'key_revoked', signature_wrong: 'signature_wrong',
}

const journalReason: Readonly<Record<JournalFault, Reason>> = {
  no_head: 'journal_unreadable', head_hash: 'journal_unreadable', head_body: 'journal_unreadable', block_magic: 'block_changed', block_header: 'block_changed',
  block_order: 'block_missing', stored_digest: 'block_changed', chain: 'chain_broken', after_end: 'block_changed', torn: 'truncated',
}

class RecordingCheck {
  private readonly checks: Check[] = []
  private readonly chains = new Map<number, JournalChain>()
  private keys: KeyRing | null = null
  private manifest: Manifest | null = null
  private keyId = ''
  private bytes = 0
  private done = 0
  private total = 0
  private checkpointCount = 0

  constructor(private readonly recordingId: string, private readonly source: EvidenceSource, private readonly progress: Progress) {}

  async run(): Promise<Verification> {
    await this.check('keys', () => this.readKeys())
    await this.check('signature', () => this.readManifest())
    const { manifest } = this
    if (manifest !== null) {
      this.total = [...manifest.segments, ...manifest.files].reduce((sum, one) => sum + one.length, 0)
      await this.check('segments', () => this.readSegments(manifest))
      await this.check('chain', () => this.checkChains(manifest))
      await this.check('end', () => this.checkEnds(manifest))
      await this.check('checkpoints', () => this.checkCheckpoints(manifest))
      await this.check('files', () => this.readFiles(manifest))
    }
    for (const name of checkNames) if (!this.checks.some((check) => check.name === name)) this.note(name, 'incomplete', 'depends')
    return { verdict: verdictOf(this.checks), checks: this.checks, facts: this.facts() }
  }

  private async check(name: CheckName, work: () => Promise<void> | void): Promise<void> {
    this.progress(name, this.done, this.total)
    const before = this.checks.length
    try {
      await work()
      if (this.checks.length === before) this.note(name, 'ok', null)
    } catch (error) {
      if (error instanceof Stop) this.note(name, error.outcome, error.reason, error.where)
      else if (error instanceof SourceError) this.note(name, 'incomplete', error.reason)
      else throw error
    }
  }

  private note(name: CheckName, outcome: Outcome, reason: Reason | null, where = ''): void {
    this.checks.push({ name, outcome, reason, where })
  }

  private async readKeys(): Promise<void> {
    if (globalThis.crypto?.subtle === undefined) throw new Stop('no_crypto', 'incomplete')
    const keys = await KeyRing.read(await this.source.keys())
    if (keys === undefined) throw new Stop('keys_unreadable', 'incomplete')
    this.keys = keys
  }

  private async readManifest(): Promise<void> {
    if (this.keys === null) throw new Stop('depends', 'incomplete')
    const opened = await open(await this.source.manifest(), 'manifest', this.keys)
    if (!opened.ok) throw new Stop(faultReason[opened.fault], 'failed', opened.keyId)
    if (!isManifest(opened.document)) throw new Stop('unreadable', 'failed')
    if (opened.document.recordingId !== this.recordingId) throw new Stop('other_recording', 'failed', opened.document.recordingId)
    if (opened.key.revokedAt(opened.document.createdAt)) throw new Stop('key_revoked', 'failed', opened.key.keyId)
    this.keyId = opened.key.keyId
    this.manifest = opened.document
  }

  /** One pass over the segments: digests against the manifest, and the chain of each part. */
  private async readSegments(manifest: Manifest): Promise<void> {
    const inOrder = manifest.segments.toSorted((a, b) => a.part - b.part || a.index - b.index)
    if (inOrder.length === 0) throw new Stop('missing', 'incomplete')
    this.checkOrder(inOrder)
    for (const segment of inOrder) await this.readSegment(segment)
    for (const chain of this.chains.values()) chain.finish()
  }

  private checkOrder(segments: readonly ManifestSegment[]): void {
    const first = segments[0]?.index ?? 0
    const expected = new Map<number, number>()
    for (const segment of segments) {
      const index = expected.get(segment.part) ?? first
      if (segment.index !== index) throw new Stop('segment_order', 'failed', segment.name)
      expected.set(segment.part, index + 1)
    }
  }

  private async readSegment(segment: ManifestSegment): Promise<void> {
    const chain = this.chains.get(segment.part) ?? new JournalChain()
    this.chains.set(segment.part, chain)
    await this.readWhole('segments', segment, this.source.segment(segment.name), (bytes) => chain.push(bytes))
  }

  private async readFiles(manifest: Manifest): Promise<void> {
    for (const file of manifest.files) await this.readWhole('files', file, this.source.file(file.name), () => Promise.resolve())
  }

  /** A fault is noted and the reading goes on with the next: the reader wants to know all that is wrong. */
  private async readWhole(check: CheckName, expected: { name: string; length: number; sha256: string }, stream: AsyncIterable<Bytes>, each: (bytes: Bytes) => Promise<void>): Promise<void> {
    const hash = new Sha256()
    let length = 0
    try {
      for await (const bytes of stream) {
        hash.update(bytes)
        length += bytes.length
        this.progress(check, this.done + length, this.total)
        await each(bytes)
      }
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      return this.note(check, error.reason === 'digest_differs' ? 'failed' : 'incomplete', error.reason, expected.name)
    } finally {
      this.done += expected.length
    }
    this.bytes += length
    if (length !== expected.length) this.note(check, 'failed', 'length_differs', expected.name)
    else if (hash.hexDigest() !== expected.sha256) this.note(check, 'failed', 'digest_differs', expected.name)
  }

  private checkChains(manifest: Manifest): void {
    this.needSegments()
    const { parts } = manifest.journal
    if (parts.length !== this.chains.size || parts.length === 0) throw new Stop('parts_differ', 'failed')
    for (const part of parts.toSorted((a, b) => a.part - b.part)) this.checkChain(part)
  }

  private checkChain(part: ManifestPart): void {
    const chain = this.chains.get(part.part)
    if (chain === undefined) throw new Stop('parts_differ', 'failed', String(part.part))
    const where = `${part.part}/${chain.nextSeq}`
    if (chain.fault !== null) throw new Stop(journalReason[chain.fault], 'failed', where)
    if (chain.body?.recordingId !== this.recordingId || chain.body.part !== part.part) throw new Stop('other_recording', 'failed', where)
    const previous = this.chains.get(part.part - 1)
    if (previous !== undefined && !previous.heads.includes(chain.body.previousHead ?? '') && previous.genesis !== chain.body.previousHead) throw new Stop('chain_broken', 'failed', where)
    if (chain.headHex !== part.head) throw new Stop('head_differs', 'failed', where)
    if (chain.blocks !== part.blocks) throw new Stop('blocks_differ', 'failed', where)
  }

  /** The last part ends with END; a former one may have been left when its file failed. */
  private checkEnds(manifest: Manifest): void {
    this.needSegments()
    const last = Math.max(...manifest.journal.parts.map((part) => part.part))
    if (this.chains.get(last)?.ended !== true) throw new Stop('no_end', 'incomplete')
  }

  private async checkCheckpoints(manifest: Manifest): Promise<void> {
    if (this.keys === null) throw new Stop('depends', 'incomplete')
    const envelopes = await this.source.checkpoints()
    if (!Array.isArray(envelopes)) throw new Stop('unreadable', 'failed')
    if (envelopes.length === 0) throw new Stop('no_checkpoint', 'incomplete')
    const seen: CheckpointRef[] = []
    for (const [index, envelope] of envelopes.entries()) {
      const opened = await open(envelope, 'checkpoint', this.keys)
      const where = String(index + 1)
      if (!opened.ok) throw new Stop(opened.fault === 'unknown_key' ? 'unknown_key' : 'checkpoint_wrong', 'failed', where)
      if (!isCheckpointRef(opened.document)) throw new Stop('checkpoint_wrong', 'failed', where)
      const { recordingId, at } = opened.document as CheckpointRef & { recordingId?: unknown; at?: unknown }
      if (recordingId !== this.recordingId) throw new Stop('other_recording', 'failed', where)
      if (opened.key.revokedAt(typeof at === 'string' ? at : '')) throw new Stop('key_revoked', 'failed', where)
      seen.push(opened.document)
    }
    this.checkpointCount = seen.length
    this.compare(manifest.checkpoints, seen)
    this.needSegments()
    for (const one of seen) this.onChain(one)
  }

  /** All the manifest names are there; more of them only hold the chain tighter. */
  private compare(stated: readonly CheckpointRef[], seen: readonly CheckpointRef[]): void {
    const names = new Set(seen.map(nameOfCheckpoint))
    if (stated.some((one) => !names.has(nameOfCheckpoint(one)))) throw new Stop('checkpoints_differ', 'failed')
  }

  private onChain({ part, seq, head }: CheckpointRef): void {
    const chain = this.chains.get(part)
    const at = seq < 0 ? chain?.genesis : chain?.heads[seq]
    if (at === undefined) throw new Stop('truncated', 'failed', `${part}/${seq}`)
    if (at !== head) throw new Stop('checkpoint_off_chain', 'failed', `${part}/${seq}`)
  }

  private needSegments(): void {
    if (this.checks.some((check) => check.name === 'segments' && check.outcome === 'incomplete')) throw new Stop('depends', 'incomplete')
  }

  private facts(): Facts {
    const parts = this.manifest?.journal.parts ?? []
    return {
      blocks: [...this.chains.values()].reduce((sum, chain) => sum + chain.blocks, 0),
      segments: this.manifest?.segments.length ?? 0, files: this.manifest?.files.length ?? 0, checkpoints: this.checkpointCount, bytes: this.bytes, keyId: this.keyId,
      recovered: parts.some((part) => part.recovered), lossMs: parts.reduce((sum, part) => sum + part.lossMs, 0),
    }
  }
}

const nameOfCheckpoint = ({ part, seq, head }: CheckpointRef): string => `${part}/${seq}/${head}`
