/** Bytes as they lie in an ArrayBuffer of their own kind: what WebCrypto takes. */
export type Bytes = Uint8Array<ArrayBuffer>

const text = new TextEncoder()
const strictText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8(value: string): Bytes {
  return text.encode(value)
}

/** Null for bytes that are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | null {
  try {
    return strictText.decode(bytes)
  } catch {
    return null
  }
}

export function hex(bytes: Uint8Array): string {
  let out = ''
  for (const byte of bytes) out += byte.toString(16).padStart(2, '0')
  return out
}

/** Null for anything but an even number of hex digits. */
export function fromHex(value: string): Bytes | null {
  if (value.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(value)) return null
  const out = new Uint8Array(value.length / 2)
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(value.slice(2 * i, 2 * i + 2), 16)
  return out
}

/** Standard or URL-safe alphabet (DSSE readers take both), canonical only: text that decodes to these bytes in one way. */
export function fromBase64(value: string): Bytes | null {
  const standard = value.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(standard) || standard.length % 4 === 1) return null
  const binary = atob(standard)
  const out = Uint8Array.from(binary, (character) => character.charCodeAt(0))
  return base64(out).replace(/=+$/, '') === standard ? out : null
}

export function base64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
