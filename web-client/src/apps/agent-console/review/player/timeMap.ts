/** A stretch of media and where it lies in playback time, in seconds. */
export type Stretch = { readonly media: number; readonly playback: number; readonly duration: number }

/** What a playlist says of one fragment (hls.js `Fragment`, as far as it matters here). */
export type FragmentPlace = { readonly start: number; readonly duration: number; readonly programDateTime: number | null }

/** Differences below this are rounding of playlists, which write milliseconds. */
const toleranceSeconds = 0.005

/**
 * Media time ↔ playback time. The runs of a picture may begin late and leave holes between them, which their files need not contain:
 * each fragment's wall clock says where it belongs.
 */
export class TimeMap {
  static readonly identity = new TimeMap([])

  private constructor(private readonly stretches: readonly Stretch[]) {}

  static of(stretches: readonly Stretch[]): TimeMap {
    const merged: Stretch[] = []
    for (const one of stretches) {
      const last = merged.at(-1)
      const goesOn = last !== undefined && Math.abs(last.media + last.duration - one.media) < toleranceSeconds && Math.abs(last.playback + last.duration - one.playback) < toleranceSeconds
      if (goesOn) merged[merged.length - 1] = { ...last, duration: last.duration + one.duration }
      else merged.push(one)
    }
    return new TimeMap(merged)
  }

  /** Without a wall clock in the playlist, or in the recording, media time is playback time. */
  static fromPlaylist(fragments: readonly FragmentPlace[], originMs: number | null): TimeMap {
    if (originMs === null || fragments.some((one) => one.programDateTime === null)) return TimeMap.identity
    return TimeMap.of(fragments.map((one) => ({ media: one.start, playback: ((one.programDateTime ?? originMs) - originMs) / 1000, duration: one.duration })))
  }

  /** Null where there is no media: before the first stretch, in a hole, after the end. */
  toMedia(playback: number): number | null {
    if (this.stretches.length === 0) return playback
    const found = this.stretches.find((one) => playback >= one.playback - toleranceSeconds && playback < one.playback + one.duration)
    return found === undefined ? null : found.media + Math.max(0, playback - found.playback)
  }

  toPlayback(media: number): number {
    const found = this.stretches.findLast((one) => media >= one.media - toleranceSeconds) ?? this.stretches[0]
    return found === undefined ? media : found.playback + Math.min(found.duration, Math.max(0, media - found.media))
  }
}
