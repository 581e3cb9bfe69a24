import { isString, listOf, type Guard } from '@/contracts/guards'
import { fromBase64, hex, type Bytes } from './bytes'
import { digest } from './sha256'

/** One entry of /.well-known/aftersales-evidence-keys.json. */
export type KeyEntry = {
  readonly keyId: string
  readonly algorithm: string
  readonly publicKeyPem: string
  readonly createdAt: string
  readonly retiredAt?: string | null
  readonly revokedAt?: string | null
}

const isOptionalText = (value: unknown): boolean => value === undefined || value === null || isString(value)
const isKeyEntry: Guard<KeyEntry> = (value): value is KeyEntry => {
  const entry = value as Partial<KeyEntry> | null
  return typeof entry === 'object' && entry !== null && isString(entry.keyId) && isString(entry.algorithm) && isString(entry.publicKeyPem)
    && isString(entry.createdAt) && isOptionalText(entry.retiredAt) && isOptionalText(entry.revokedAt)
}
const isEntryList = listOf(isKeyEntry)

export class PublishedKey {
  private constructor(readonly entry: KeyEntry, private readonly key: CryptoKey) {}

  get keyId(): string {
    return this.entry.keyId
  }

  /** Null when the entry is no P-256 key or its id is not that of the key: then it proves nothing. */
  static async read(entry: KeyEntry): Promise<PublishedKey | null> {
    const spki = fromPem(entry.publicKeyPem)
    if (spki === null || entry.algorithm !== 'ES256') return null
    const id = hex(await digest(spki))
    if (entry.keyId.length < 16 || !id.startsWith(entry.keyId)) return null
    try {
      return new PublishedKey(entry, await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']))
    } catch {
      return null
    }
  }

  /** @param signature DER, as openssl writes it (RFC 3279 section 2.2.3). */
  async verify(signed: Bytes, signature: Uint8Array): Promise<boolean> {
    const raw = rawSignature(signature)
    return raw !== null && crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, this.key, raw, signed)
  }

  /** Was it already revoked at this time? A time nobody can read counts as revoked. */
  revokedAt(at: string): boolean {
    const { revokedAt } = this.entry
    return revokedAt !== undefined && revokedAt !== null && !(Date.parse(at) < Date.parse(revokedAt))
  }
}

export class KeyRing {
  private constructor(private readonly keys: ReadonlyMap<string, PublishedKey>) {}

  /** Undefined for something that is no list of keys, or names one id twice. */
  static async read(published: unknown): Promise<KeyRing | undefined> {
    const entries = (published as { keys?: unknown } | null)?.keys
    if (!isEntryList(entries) || new Set(entries.map((one) => one.keyId)).size !== entries.length) return undefined
    const keys = new Map<string, PublishedKey>()
    for (const entry of entries) {
      const key = await PublishedKey.read(entry)
      if (key !== null) keys.set(key.keyId, key)
    }
    return new KeyRing(keys)
  }

  find(keyId: string): PublishedKey | undefined {
    return this.keys.get(keyId)
  }
}

function fromPem(pem: string): Bytes | null {
  const body = /^-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/.exec(pem)?.[1]
  return body === undefined ? null : fromBase64(body.replace(/\s+/g, ''))
}

const scalarLength = 32

/** DER SEQUENCE of two INTEGERs to r ‖ s as WebCrypto wants them; strict, so that no signature has two spellings. */
export function rawSignature(der: Uint8Array): Bytes | null {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null
  const r = integerAt(der, 2)
  const s = r === null ? null : integerAt(der, r.end)
  if (r === null || s?.end !== der.length) return null
  const raw = new Uint8Array(2 * scalarLength)
  raw.set(r.value, scalarLength - r.value.length)
  raw.set(s.value, 2 * scalarLength - s.value.length)
  return raw
}

function integerAt(der: Uint8Array, at: number): { readonly value: Uint8Array; readonly end: number } | null {
  const length = der[at + 1] ?? 0
  const end = at + 2 + length
  if (der[at] !== 0x02 || length === 0 || end > der.length) return null
  const bytes = der.subarray(at + 2, end)
  const [first = 0, second = 0] = bytes
  const padded = first === 0 && length > 1
  if (first >= 0x80 || (padded && second < 0x80)) return null
  const value = padded ? bytes.subarray(1) : bytes
  return value.length > scalarLength ? null : { value, end }
}
