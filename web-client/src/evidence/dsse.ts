import { isString, listOf, shape, type Guard } from '@/contracts/guards'
import { concat, fromBase64, fromUtf8, utf8, type Bytes } from './bytes'
import { readCanonical, type Json } from './canonicalJson'
import type { KeyRing, PublishedKey } from './keys'

/** Dead Simple Signing Envelope 1.0 (github.com/secure-systems-lab/dsse, protocol.md and envelope.md). */
export type Envelope = {
  readonly payloadType: string
  readonly payload: string
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
}

export const isEnvelope: Guard<Envelope> = shape<Envelope>({
  payloadType: isString, payload: isString, signatures: listOf(shape<{ keyid: string; sig: string }>({ keyid: isString, sig: isString })),
})

export type DocumentType = 'checkpoint' | 'receipt' | 'manifest' | 'custody-root' | 'tombstone'
export const payloadTypeOf = (type: DocumentType): string => `application/vnd.aftersales.${type}+json`

export type OpenFault = 'not_an_envelope' | 'wrong_type' | 'unknown_key' | 'key_revoked' | 'signature_wrong' | 'not_canonical'
export type Opened =
  | { readonly ok: true; readonly document: Json; readonly key: PublishedKey }
  | { readonly ok: false; readonly fault: OpenFault; readonly keyId: string }

/** What is signed: "DSSEv1", then type and payload, each with its length in bytes. */
export function preAuthentication(payloadType: string, payload: Uint8Array): Bytes {
  const type = utf8(payloadType)
  return concat(utf8(`DSSEv1 ${type.length} `), type, utf8(` ${payload.length} `), payload)
}

/**
 * Opens a signed document: of the type asked for, by exactly one signature of a published key, in canonical form. The time of the
 * signature is checked against a revocation by the caller, who knows where the document says it.
 */
export async function open(envelope: unknown, type: DocumentType, keys: KeyRing): Promise<Opened> {
  const refused = (fault: OpenFault, keyId = ''): Opened => ({ ok: false, fault, keyId })
  if (!isEnvelope(envelope)) return refused('not_an_envelope')
  const [signature, ...more] = envelope.signatures
  const payload = fromBase64(envelope.payload)
  const sig = signature === undefined ? null : fromBase64(signature.sig)
  if (signature === undefined || more.length > 0 || payload === null || sig === null) return refused('not_an_envelope')
  if (envelope.payloadType !== payloadTypeOf(type)) return refused('wrong_type', signature.keyid)
  const key = keys.find(signature.keyid)
  if (key === undefined) return refused('unknown_key', signature.keyid)
  if (!await key.verify(preAuthentication(envelope.payloadType, payload), sig)) return refused('signature_wrong', signature.keyid)
  const text = fromUtf8(payload)
  const document = text === null ? undefined : readCanonical(text)
  return document === undefined ? refused('not_canonical', signature.keyid) : { ok: true, document, key }
}
