const dateTag = '#EXT-X-PROGRAM-DATE-TIME:'
const lengthTag = '#EXTINF:'
const gapTag = '#EXT-X-GAP'
const breakTag = '#EXT-X-DISCONTINUITY'

/**
 * The playlist without its gap segments (EXT-X-GAP), every other segment with its date, so that the place of each stays known. hls.js asks for
 * a gap at the beginning again and again when there is no other quality to change to, and shows no picture at all.
 */
export function withoutGaps(playlist: string): string {
  const kept: string[] = []
  let tags: string[] = []
  let nextMs: number | null = null
  let [begun, afterHole] = [false, false]
  for (const line of playlist.split('\n')) {
    tags.push(line)
    if (line === '' || line.startsWith('#')) continue
    const atMs: number | null = dateOf(tags) ?? nextMs
    const isGap = tags.includes(gapTag)
    kept.push(...tags.filter((tag) => !ofSegment(tag) && !tag.startsWith(dateTag)))
    // What follows a hole has times of its own.
    if (afterHole && !isGap && !tags.includes(breakTag)) kept.push(breakTag)
    if (!isGap) kept.push(...(atMs === null ? [] : [dateTag + new Date(atMs).toISOString()]), ...tags.filter(ofSegment))
    ;[begun, afterHole] = [begun || !isGap, isGap && begun]
    nextMs = atMs === null ? null : atMs + secondsOf(tags) * 1000
    tags = []
  }
  return [...kept, ...tags].join('\n')
}

/** What is said of one segment only, its address included. */
const ofSegment = (line: string): boolean => line === gapTag || line.startsWith(lengthTag) || line.startsWith('#EXT-X-BYTERANGE') || (line !== '' && !line.startsWith('#'))

function dateOf(tags: readonly string[]): number | null {
  const tag = tags.findLast((one) => one.startsWith(dateTag))
  return tag === undefined ? null : Date.parse(tag.slice(dateTag.length))
}

function secondsOf(tags: readonly string[]): number {
  return Number.parseFloat(tags.findLast((one) => one.startsWith(lengthTag))?.slice(lengthTag.length) ?? '0')
}
