import type { Clock } from '@/signalling/clock'
import { fetchStill } from '@/signalling/stills'
import type { StillNews } from './state'

/** A photo on the screen. */
export type ShownStill = { readonly url: string; readonly atMs: number }

const longestRestMs = 4_000

/** Fetches somebody's photos, one at a time with a rest as long as the last one took: on a weak way down the newest counts, not each of them. */
export class StillInbox {
  private shownNow: ShownStill | null = null
  private shownId = ''
  private busy = false
  private wanted: { readonly path: string; readonly news: StillNews } | null = null

  constructor(private readonly clock: Clock, private readonly changed: (still: ShownStill | null) => void) {}

  /** @param news null: no photo is wanted, and the one that is shown goes. */
  want(path: string, news: StillNews | null): void {
    this.wanted = news === null ? null : { path, news }
    if (news === null && this.shownNow !== null) this.show(null, '')
    void this.next()
  }

  private async next(): Promise<void> {
    const { wanted } = this
    if (this.busy || wanted === null || wanted.news.id === this.shownId) return
    this.busy = true
    const began = this.clock.now()
    const image = await fetchStill(wanted.path).catch(() => null)
    if (image !== null && this.wanted !== null) this.show({ url: URL.createObjectURL(image), atMs: wanted.news.atMs }, wanted.news.id)
    this.clock.after(Math.min(longestRestMs, this.clock.now() - began), () => {
      this.busy = false
      void this.next()
    })
  }

  private show(still: ShownStill | null, id: string): void {
    if (this.shownNow !== null) URL.revokeObjectURL(this.shownNow.url)
    this.shownNow = still
    this.shownId = id
    this.changed(still)
  }
}
