const key = 'relay-until'
/** Long enough for a reload or a page an app threw out; a person who comes back later may be elsewhere. */
const rememberedMs = 120_000

/** Where the browser says it: a phone that left its Wi-Fi starts from the top of the ladder. */
const network = (): string => ` ${(navigator as { connection?: { type?: string } }).connection?.type ?? ''}`

/** The path that works now: kept for the next connection of this tab only when nothing but the relay did. Throws where the browser gives no storage. */
export function keepPath(path: string): void {
  if (path !== '') sessionStorage.setItem(key, path === 'relay' ? `${Date.now() + rememberedMs}${network()}` : '')
}

/** True when this tab reached the server only through the relay a moment ago, on the same kind of network. */
export function neededRelay(): boolean {
  try {
    const kept = sessionStorage.getItem(key) ?? ''
    return kept.endsWith(network()) && parseInt(kept) > Date.now()
  } catch {
    return false
  }
}
