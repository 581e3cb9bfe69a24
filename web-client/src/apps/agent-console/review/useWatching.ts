import { onBeforeUnmount, onMounted, watch, type Ref } from 'vue'
import { viewsPath } from '../api/reviewApi'
import { useServices } from '../services'
import type { ReplayPlayer } from './player/replayPlayer'
import { ViewedRanges } from './player/viewedRanges'

const tellEveryMs = 10_000

/** Tells the custody log which parts were played: from time to time, and with the page's last breath. */
export function useWatching(player: ReplayPlayer, viewing: Ref<{ readonly recordingId: string; readonly viewId: string } | null>): void {
  const { review } = useServices()
  const ranges = new ViewedRanges()
  let timer: ReturnType<typeof setInterval> | undefined

  function tell(): void {
    const played = viewing.value === null ? [] : ranges.take()
    if (viewing.value !== null && played.length > 0) void review.viewed(viewing.value.recordingId, viewing.value.viewId, played)
  }
  function lastWords(): void {
    const played = viewing.value === null ? [] : ranges.take()
    if (viewing.value === null || played.length === 0) return
    const body = JSON.stringify({ viewId: viewing.value.viewId, ranges: played })
    navigator.sendBeacon(viewsPath(viewing.value.recordingId), new Blob([body], { type: 'application/json' }))
  }

  watch([player.seconds, player.playing], ([seconds, playing]) => ranges.at(playing ? seconds : null))
  onMounted(() => {
    timer = setInterval(tell, tellEveryMs)
    window.addEventListener('pagehide', lastWords)
  })
  onBeforeUnmount(() => {
    clearInterval(timer)
    window.removeEventListener('pagehide', lastWords)
    tell()
  })
}
