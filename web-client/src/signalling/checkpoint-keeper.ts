import type { Checkpoint } from '@/contracts/generated'

/** Keeps the signed checkpoints of a recording on this device, so that its owner can hold the recording to them later. */
export type CheckpointKeeper = {
  /** The latest replaces the earlier ones: it fixes everything before it. */
  keep(checkpoint: Checkpoint): void
}

const prefix = 'aftersales.checkpoint.'
/** A person has few calls; what is older than these is not asked for any more. */
const keptRecordings = 20

/** In the page's storage, asked for each time because a browser may refuse it (private mode) or be full: the echo to the server remains. */
export function checkpointsIn(storageOf: () => Storage): CheckpointKeeper {
  return {
    keep({ recordingId, part, blockSeq, headHex, at, envelope }) {
      try {
        const storage = storageOf()
        storage.setItem(prefix + recordingId, JSON.stringify({ recordingId, part, blockSeq, headHex, at, envelope }))
        forgetOldest(storage)
      } catch {
        // Nothing to be done about it here.
      }
    },
  }
}

/** For programs that keep nothing. */
export const noCheckpoints: CheckpointKeeper = { keep: () => undefined }

function forgetOldest(storage: Storage): void {
  const kept = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '').filter((key) => key.startsWith(prefix))
  // Ids sort by time.
  for (const key of kept.sort().slice(0, -keptRecordings)) storage.removeItem(key)
}
