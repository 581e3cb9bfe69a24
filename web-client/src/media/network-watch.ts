export type NetworkEvents = {
  /** A different or returned network: sockets and paths made before may be dead without knowing it. */
  changed(): void
  offline(): void
}

type ConnectionApi = { addEventListener(type: 'change', listener: () => void): void; removeEventListener(type: 'change', listener: () => void): void }

/** Online again, another interface, the page back from the background or from the back-forward cache. */
export function watchNetwork(events: NetworkEvents, page: Window & typeof globalThis = window): () => void {
  const api = (page.navigator as Navigator & { connection?: ConnectionApi }).connection
  const changed = () => events.changed()
  const offline = () => events.offline()
  const visible = () => { if (page.document.visibilityState === 'visible') events.changed() }
  page.addEventListener('online', changed)
  page.addEventListener('offline', offline)
  page.addEventListener('pageshow', changed)
  page.document.addEventListener('visibilitychange', visible)
  api?.addEventListener('change', changed)
  return () => {
    page.removeEventListener('online', changed)
    page.removeEventListener('offline', offline)
    page.removeEventListener('pageshow', changed)
    page.document.removeEventListener('visibilitychange', visible)
    api?.removeEventListener('change', changed)
  }
}
