import type { CallView, GapView, RecordingFileView, RecordingView } from '@/contracts/generated'

/** What to show of a recording. "ready" and "partial" can be played. */
export type RecordingStage = 'none' | 'recording' | 'muxing' | 'playable' | 'empty' | 'erased' | 'failed'

export function stageOf(recording: RecordingView | null): RecordingStage {
  if (recording === null) return 'none'
  switch (recording.state) {
    case 'ready':
    case 'partial':
      // Streams come first; the file with everything in it follows.
      return playback(recording) === null && !recording.files.some((file) => file.purpose === 'playback-plan') ? 'failed' : 'playable'
    case 'recording':
    case 'muxing':
    case 'empty':
    case 'erased':
      return recording.state
    default:
      return 'failed'
  }
}

export function playback(recording: RecordingView): RecordingFileView | null {
  return recording.files.find((file) => file.purpose === 'playback') ?? null
}

export function poster(recording: RecordingView): string | null {
  return recording.files.find((file) => file.purpose === 'poster')?.url ?? null
}

/** In time order, those too short to notice left out: two frames at 30 per second. */
export function notableGaps(recording: RecordingView): readonly GapView[] {
  return recording.gaps
    .filter((gap) => gap.toSeconds - gap.fromSeconds >= 0.07)
    .toSorted((a, b) => a.fromSeconds - b.fromSeconds)
}

/** Seconds between the buyer's agreement and the end; null when it never began. */
export function lasted(call: CallView): number | null {
  if (call.startedAt === null || call.endedAt === null) return null
  return Math.max(0, (Date.parse(call.endedAt) - Date.parse(call.startedAt)) / 1000)
}

/** Newest first. */
export function byTime(calls: readonly CallView[]): readonly CallView[] {
  return calls.toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt))
}
