import { readonly, shallowRef, type Ref } from 'vue'

export const languages = ['zh-CN', 'en'] as const
export type Language = (typeof languages)[number]

/** How each language names itself. */
export const languageNames: Readonly<Record<Language, string>> = { 'zh-CN': '中文', en: 'English' }

const storageKey = 'aftersales.language'
const current = shallowRef<Language>('zh-CN')

/** The language of the page; changing it re-renders every text. */
export const language: Readonly<Ref<Language>> = readonly(current)

/** Call once at start: the stored choice, else the browser's first language we speak, else Chinese. */
export function startLanguage(preferred: readonly string[], storage: Pick<Storage, 'getItem'> | null): Language {
  current.value = stored(storage) ?? firstSpoken(preferred) ?? 'zh-CN'
  return current.value
}

export function chooseLanguage(chosen: Language, storage: Pick<Storage, 'setItem'> | null): void {
  current.value = chosen
  try {
    storage?.setItem(storageKey, chosen)
  } catch {
    // Private windows may refuse storage: the choice then lasts as long as the page.
  }
}

function stored(storage: Pick<Storage, 'getItem'> | null): Language | null {
  try {
    const value = storage?.getItem(storageKey)
    return languages.find((known) => known === value) ?? null
  } catch {
    return null
  }
}

function firstSpoken(preferred: readonly string[]): Language | null {
  for (const tag of preferred) {
    if (/^zh\b/i.test(tag)) return 'zh-CN'
    if (/^en\b/i.test(tag)) return 'en'
  }
  return null
}

type ParameterNames<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | ParameterNames<Rest> : never
type Parameters<Text extends string> = Readonly<Record<ParameterNames<Text>, string | number>>
type Arguments<Text extends string> = [ParameterNames<Text>] extends [never] ? [] : [parameters: Parameters<Text>]

export type MessageTable = Readonly<Record<string, string>>
export type MessageTables<Table extends MessageTable> = {
  readonly 'zh-CN': Table
  readonly en: { readonly [Key in keyof Table]: string }
}

/** `t('call.waiting', { count: 2 })`: the key exists and its parameters are complete, or it does not compile. */
export type Translate<Table extends MessageTable> = <Key extends keyof Table & string>(key: Key, ...parameters: Arguments<Table[Key]>) => string

/** Declare the zh-CN table `as const`: its texts are the types. */
export function translator<const Table extends MessageTable>(tables: MessageTables<Table>): Translate<Table> {
  return (key, ...parameters) => fill(tables[current.value][key], parameters[0] ?? {})
}

function fill(text: string, parameters: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(parameters[name] ?? whole))
}
