import type { ProblemReason } from '@/signalling/problem'

export type PhotoItem = {
  readonly id: number
  readonly file: File
  /** Object URL of the thumbnail; null where the browser cannot show the format (HEIC outside Safari). */
  readonly preview: string | null
  readonly note: string
  readonly state: 'ready' | 'sending' | 'sent' | 'failed' | 'too_large' | 'wrong_type'
  /** 0..1 while sending. */
  readonly progress: number
}

/** As the server's limits (Http/Buyer.cs). */
export const maxPhotoBytes = 10 * 1024 * 1024
export const maxPhotos = 20
const accepted = ['image/jpeg', 'image/png', 'image/webp', 'image/heic', 'image/heif']
/** Some phones give HEIC files no type at all. */
const acceptedNames = /\.(jpe?g|png|webp|heic|heif)$/i
const shownTypes = ['image/jpeg', 'image/png', 'image/webp']

export function photoState(file: Pick<File, 'size' | 'type' | 'name'>): 'ready' | 'too_large' | 'wrong_type' {
  if (!accepted.includes(file.type) && !(file.type === '' && acceptedNames.test(file.name))) return 'wrong_type'
  return file.size > maxPhotoBytes ? 'too_large' : 'ready'
}

export function canPreview(file: Pick<File, 'type'>): boolean {
  return shownTypes.includes(file.type)
}

export function withPhoto(items: readonly PhotoItem[], id: number, change: Partial<PhotoItem>): readonly PhotoItem[] {
  return items.map((item) => (item.id === id ? { ...item, ...change } : item))
}

export function sendable(items: readonly PhotoItem[]): readonly PhotoItem[] {
  return items.filter((item) => item.state === 'ready' || item.state === 'failed')
}

export function sentCount(items: readonly PhotoItem[]): number {
  return items.filter((item) => item.state === 'sent').length
}

/** A photo the server will never take is not offered for a second try. */
export function stateAfter(reason: ProblemReason): PhotoItem['state'] {
  switch (reason) {
    case 'photo.not_accepted': return 'wrong_type'
    case 'request.too_large': return 'too_large'
    default: return 'failed'
  }
}
