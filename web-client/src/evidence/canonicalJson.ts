export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/**
 * RFC 8785 for what signed documents of this product hold: names sorted by UTF-16 units, no spaces, integers only. Null for a number
 * that is no safe integer, because two readers could then disagree on it.
 */
export function canonicalJson(value: Json): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return joined((value as readonly Json[]).map(canonicalJson), '[', ']')
  const record = value as Readonly<Record<string, Json>>
  // The default order of sort() is by UTF-16 units, which is what the RFC asks for.
  return joined(Object.keys(record).sort().map((name) => {
    const text = canonicalJson(record[name] ?? null)
    return text === null ? null : `${JSON.stringify(name)}:${text}`
  }), '{', '}')
}

function joined(parts: readonly (string | null)[], open: string, close: string): string | null {
  return parts.includes(null) ? null : open + parts.join(',') + close
}

/**
 * A signed document: its text must be exactly the canonical form of what it says. That refuses repeated names, spaces and other ways
 * to make one reader see something else than another.
 */
export function readCanonical(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json
    return canonicalJson(value) === text ? value : undefined
  } catch {
    return undefined
  }
}
