import type { LaneItemView, ReviewStillView } from '@/contracts/generated'

/** A photo from before a gap is not of it; pages take the first one within this time. */
const beforeSeconds = 1
/** Older ones say nothing of this moment: the way had broken down altogether. */
const freshSeconds = 30

/** The photo that stood in for the picture at this moment; null when there was none. */
export function stillAt(stills: readonly ReviewStillView[], missing: LaneItemView | null, seconds: number): ReviewStillView | null {
  if (missing === null || (missing.kind !== 'photos_instead' && missing.kind !== 'sound_only')) return null
  const latest = stills.findLast((one) => one.participantId === missing.participantId && one.seconds <= seconds)
  return latest !== undefined && latest.seconds >= missing.fromSeconds - beforeSeconds && seconds - latest.seconds <= freshSeconds ? latest : null
}

const keptPhotos = 24

/** Photos by their place in the file, as addresses an image can show; the least lately shown are let go. */
export class StillImages {
  private readonly urls = new Map<string, Promise<string | null>>()

  constructor(private readonly load: typeof fetch = globalThis.fetch.bind(globalThis)) {}

  async urlOf(still: ReviewStillView): Promise<string | null> {
    const key = `${still.url} ${still.offset}`
    const known = this.urls.get(key) ?? this.fetch(still)
    this.urls.delete(key)
    this.urls.set(key, known)
    for (const [oldest, url] of this.urls) {
      if (this.urls.size <= keptPhotos) break
      this.urls.delete(oldest)
      void url.then((address) => { if (address !== null) URL.revokeObjectURL(address) })
    }
    const url = await known
    // One that could not be had is asked for again the next time.
    if (url === null) this.urls.delete(key)
    return url
  }

  private async fetch({ url, offset, length }: ReviewStillView): Promise<string | null> {
    try {
      const answer = await this.load(url, { credentials: 'same-origin', headers: { Range: `bytes=${offset}-${offset + length - 1}` } })
      if (answer.status !== 206) return null
      return URL.createObjectURL(new Blob([await answer.arrayBuffer()], { type: 'image/jpeg' }))
    } catch {
      return null
    }
  }
}
