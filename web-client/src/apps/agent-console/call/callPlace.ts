/** The call this window takes part in. Survives a reload of the window, not its closing. */
export type CallPlace = { readonly callId: string; readonly ticketId: string; readonly number: string }

const storageKey = 'desk.call'

export function rememberedPlace(): CallPlace | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null')
    return isPlace(value) ? value : null
  } catch {
    return null
  }
}

export function rememberPlace(place: CallPlace | null): void {
  if (place === null) sessionStorage.removeItem(storageKey)
  else sessionStorage.setItem(storageKey, JSON.stringify(place))
}

function isPlace(value: unknown): value is CallPlace {
  if (typeof value !== 'object' || value === null) return false
  const { callId, ticketId, number } = value as Record<string, unknown>
  return typeof callId === 'string' && typeof ticketId === 'string' && typeof number === 'string'
}
