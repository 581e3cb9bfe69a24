/** What a key asks for. One table drives the keys, the help page and the titles of the buttons. */
export const shortcuts = [
  { key: 'j', also: ['ArrowDown'], command: 'next_ticket', group: 'queue' },
  { key: 'k', also: ['ArrowUp'], command: 'previous_ticket', group: 'queue' },
  { key: 'Enter', also: [], command: 'open_ticket', group: 'queue' },
  { key: '/', also: [], command: 'search', group: 'queue' },
  { key: 'n', also: [], command: 'new_ticket', group: 'queue' },
  { key: 'c', also: [], command: 'call', group: 'call' },
  { key: 'm', also: [], command: 'mute', group: 'call' },
  { key: 'v', also: [], command: 'camera', group: 'call' },
  { key: 'e', also: [], command: 'notes', group: 'ticket' },
  { key: '?', also: [], command: 'help', group: 'general' },
  { key: 'Escape', also: [], command: 'back', group: 'general' },
] as const

export type Shortcut = (typeof shortcuts)[number]
export type Command = Shortcut['command']

export type KeyPress = {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly isComposing: boolean
  readonly repeat: boolean
}

export type KeyContext = {
  /** The focus is where letters are text, or on something that uses these keys itself. */
  readonly typing: boolean
  readonly onControl: boolean
  readonly dialogOpen: boolean
}

/** Null when the key is not ours here. Modifier keys belong to the browser, composed keys to the input method. */
export function commandFor(press: KeyPress, context: KeyContext): Command | null {
  if (press.ctrlKey || press.metaKey || press.altKey || press.isComposing) return null
  if (context.dialogOpen || context.typing) return null
  const wanted = press.key.length === 1 ? press.key.toLowerCase() : press.key
  const found = shortcuts.find((item) => item.key === wanted || (item.also as readonly string[]).includes(wanted))
  if (found === undefined) return null
  if (press.repeat && found.command !== 'next_ticket' && found.command !== 'previous_ticket') return null
  if (context.onControl && press.key === 'Enter') return null
  return found.command
}

const textInputs = new Set(['text', 'search', 'email', 'password', 'tel', 'url', 'number', 'date', 'time'])

/** Reads where the focus is. Arrow keys inside a player, a radio group or a select are not ours either. */
export function contextOf(target: EventTarget | null, dialogOpen: boolean): KeyContext {
  if (!(target instanceof HTMLElement)) return { typing: false, onControl: false, dialogOpen }
  const tag = target.tagName
  const typing =
    tag === 'TEXTAREA' || tag === 'SELECT' || tag === 'VIDEO' || target.isContentEditable
    || (tag === 'INPUT' && (textInputs.has((target as HTMLInputElement).type) || (target as HTMLInputElement).type === 'radio'))
  return { typing, onControl: tag === 'BUTTON' || tag === 'A' || tag === 'SUMMARY', dialogOpen }
}
