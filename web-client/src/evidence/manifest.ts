import { isBoolean, isNumber, isString, listOf, shape, type Guard } from '@/contracts/guards'

/** What the browser's check reads of recordings-schema/manifest/v1; the manifest says more. */
export type ManifestFile = { readonly name: string; readonly length: number; readonly sha256: string }
export type ManifestSegment = ManifestFile & { readonly part: number; readonly index: number; readonly firstSeq: number; readonly lastSeq: number }
export type ManifestPart = { readonly part: number; readonly head: string; readonly blocks: number; readonly endReason: string; readonly recovered: boolean; readonly lossMs: number }
export type CheckpointRef = { readonly part: number; readonly seq: number; readonly head: string }

export type Manifest = {
  readonly recordingId: string
  readonly createdAt: string
  readonly files: readonly ManifestFile[]
  readonly segments: readonly ManifestSegment[]
  readonly journal: { readonly parts: readonly ManifestPart[] }
  readonly checkpoints: readonly CheckpointRef[]
}

const isSha256: Guard<string> = (value): value is string => isString(value) && /^[0-9a-f]{64}$/.test(value)
const isCount: Guard<number> = (value): value is number => isNumber(value) && Number.isSafeInteger(value) && value >= 0
/** Blocks begin at 0; the head of the file itself is "block" -1. */
const isSeq: Guard<number> = (value): value is number => isNumber(value) && Number.isSafeInteger(value) && value >= -1

const file = { name: isString, length: isCount, sha256: isSha256 }
const isFile: Guard<ManifestFile> = shape<ManifestFile>(file)
const isSegment: Guard<ManifestSegment> = shape<ManifestSegment>({ ...file, part: isCount, index: isCount, firstSeq: isSeq, lastSeq: isSeq })
const isPart: Guard<ManifestPart> = shape<ManifestPart>({ part: isCount, head: isSha256, blocks: isCount, endReason: isString, recovered: isBoolean, lossMs: isCount })
export const isCheckpointRef: Guard<CheckpointRef> = shape<CheckpointRef>({ part: isCount, seq: isSeq, head: isSha256 })

export const isManifest: Guard<Manifest> = shape<Manifest>({
  recordingId: isString, createdAt: isString, files: listOf(isFile), segments: listOf(isSegment), journal: shape<Manifest['journal']>({ parts: listOf(isPart) }),
  checkpoints: listOf(isCheckpointRef),
})
