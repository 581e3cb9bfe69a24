import { chooseLanguage, language, startLanguage, translator, type Language } from '@/ui/messages'
import { admin } from './admin'
import { call } from './call'
import { desk } from './desk'
import { integrity } from './integrity'
import { keeping } from './keeping'
import { review } from './review'
import { session } from './session'
import { shell } from './shell'

export { languageNames, languages, type Language } from '@/ui/messages'

const zh = { ...shell.zh, ...session.zh, ...desk.zh, ...call.zh, ...admin.zh, ...review.zh, ...integrity.zh, ...keeping.zh }
const en = { ...shell.en, ...session.en, ...desk.en, ...call.en, ...admin.en, ...review.en, ...integrity.en, ...keeping.en }

export const tables = { 'zh-CN': zh, en } as const
export type MessageKey = keyof typeof zh
/** Keys whose text takes no values. */
export type PlainKey = { [Key in MessageKey]: (typeof zh)[Key] extends `${string}{${string}` ? never : Key }[MessageKey]

const t = translator(tables)
export type Translate = typeof t

export function useMessages() {
  return { t, language, setLanguage }
}

/** For names that come from the server: what this page does not know is shown under the fallback. */
export function nameOf(translate: Translate, key: string, fallback: PlainKey): string {
  return translate((Object.hasOwn(zh, key) ? key : fallback) as PlainKey)
}

function setLanguage(next: Language): void {
  chooseLanguage(next, localStorage)
  document.documentElement.lang = next
}

export function startMessages(): void {
  document.documentElement.lang = startLanguage(navigator.languages, localStorage)
}
