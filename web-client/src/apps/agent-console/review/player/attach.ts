import type { default as Hls, Loader, PlaylistLoaderConstructor, PlaylistLoaderContext } from 'hls.js'
import { withoutGaps } from './playlistGaps'
import { TimeMap } from './timeMap'

export type Attached = { map(): TimeMap; detach(): void }

/** Gives a media element its source. Playlists go through hls.js, loaded only then; other files are the browser's own business. */
export async function attach(element: HTMLMediaElement, url: string, originMs: number | null, startsAtSeconds: number, failed: () => void): Promise<Attached> {
  element.addEventListener('error', failed)
  const placed = startsAtSeconds === 0 ? TimeMap.identity : TimeMap.of([{ media: 0, playback: startsAtSeconds, duration: Number.MAX_SAFE_INTEGER }])
  if (!isPlaylist(url)) {
    element.src = url
    return { map: () => placed, detach: () => release(element, failed) }
  }
  const { default: HlsPlayer } = await import('hls.js/light')
  return HlsPlayer.isSupported() ? attachPlaylist(HlsPlayer, element, url, originMs, failed) : attachNative(element, url, failed)
}

/** A review has one picture to take apart: no worker. Holes up to half a second in a file are stepped over. */
const options = { enableWorker: false, maxBufferLength: 30, backBufferLength: 60, maxBufferHole: 0.5, nudgeMaxRetry: 8 }

function attachPlaylist(Player: typeof Hls, element: HTMLMediaElement, url: string, originMs: number | null, failed: () => void): Attached {
  const hls = new Player({ ...options, pLoader: gaplessLoader(Player) })
  let map = TimeMap.identity
  hls.on(Player.Events.LEVEL_LOADED, (_, data) => { map = TimeMap.fromPlaylist(data.details.fragments, originMs) })
  hls.on(Player.Events.ERROR, (_, data) => { if (data.fatal) failed() })
  hls.loadSource(url)
  hls.attachMedia(element)
  return {
    map: () => map,
    detach: () => {
      hls.destroy()
      release(element, failed)
    },
  }
}

function gaplessLoader(Player: typeof Hls): PlaylistLoaderConstructor {
  const Base = Player.DefaultConfig.loader as PlaylistLoaderConstructor
  return class extends Base {
    override load(...[context, config, callbacks]: Parameters<Loader<PlaylistLoaderContext>['load']>): void {
      super.load(context, config, {
        ...callbacks,
        onSuccess: (response, ...rest) => callbacks.onSuccess({ ...response, ...(typeof response.data === 'string' ? { data: withoutGaps(response.data) } : {}) }, ...rest),
      })
    }
  }
}

/** Safari plays playlists itself. */
function attachNative(element: HTMLMediaElement, url: string, failed: () => void): Attached {
  element.src = url
  return { map: () => TimeMap.identity, detach: () => release(element, failed) }
}

function release(element: HTMLMediaElement, failed: () => void): void {
  element.removeEventListener('error', failed)
  element.removeAttribute('src')
  element.load()
}

function isPlaylist(url: string): boolean {
  return /\.m3u8(\?|$)/.test(url)
}
