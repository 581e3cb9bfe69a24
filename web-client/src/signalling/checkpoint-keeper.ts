import type { Checkpoint } from '@/contracts/generated'

/** Keeps the signed checkpoints of a recording on this device, so that its owner can hold the recording to them later. */
export type CheckpointKeeper = {
  /** The latest replaces the earlier ones: it fixes everything before it. */
  keep(checkpoint: Checkpoint): void
}

const prefix = 'aftersales.checkpoint.'
/** A person has few calls; what is older than these is not asked for any more. */
const keptRecordings = 20

/** In the browser's local storage. Without any (private mode, full) the echo to the server remains. */
export const browserCheckpoints: CheckpointKeeper = {
  keep({ recordingId, part, blockSeq, headHex, at, envelope }) {
    try {
      localStorage.setItem(prefix + recordingId, JSON.stringify({ recordingId, part, blockSeq, headHex, at, envelope }))
      forgetOldest()
    } catch {
      // Nothing to be done about it here.
    }
  },
}

function forgetOldest(): void {
  const kept = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index) ?? '').filter((key) => key.startsWith(prefix))
  // Ids sort by time.
  for (const key of kept.sort().slice(0, -keptRecordings)) localStorage.removeItem(key)
}
