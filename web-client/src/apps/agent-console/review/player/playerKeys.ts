/** What a key does in the player. One table drives the keys and the help. J K L and I O are what editors' hands know. */
export const playerKeys = [
  { keys: [' ', 'k'], shown: ['Space', 'K'], command: 'toggle' },
  { keys: ['j'], shown: ['J'], command: 'back' },
  { keys: ['l'], shown: ['L'], command: 'forward' },
  { keys: ['ArrowLeft', ','], shown: ['←'], command: 'frame_back' },
  { keys: ['ArrowRight', '.'], shown: ['→'], command: 'frame_forward' },
  { keys: ['ArrowUp', ']'], shown: ['↑'], command: 'faster' },
  { keys: ['ArrowDown', '['], shown: ['↓'], command: 'slower' },
  { keys: ['i'], shown: ['I'], command: 'mark_in' },
  { keys: ['o'], shown: ['O'], command: 'mark_out' },
  { keys: ['x'], shown: ['X'], command: 'clear_marks' },
  { keys: ['n'], shown: ['N'], command: 'next_item' },
  { keys: ['p'], shown: ['P'], command: 'previous_item' },
  { keys: ['m'], shown: ['M'], command: 'mute' },
  { keys: ['Home'], shown: ['Home'], command: 'start' },
  { keys: ['End'], shown: ['End'], command: 'end' },
  { keys: ['?'], shown: ['?'], command: 'help' },
] as const

export type PlayerCommand = (typeof playerKeys)[number]['command']

export type Press = { readonly key: string; readonly ctrlKey: boolean; readonly metaKey: boolean; readonly altKey: boolean; readonly isComposing: boolean }

/** `onControl`: the focus is on a button or slider, whose own keys stay its own. */
export function playerCommand(press: Press, typing: boolean, onControl: boolean): PlayerCommand | null {
  if (typing || press.ctrlKey || press.metaKey || press.altKey || press.isComposing) return null
  if (onControl && (press.key === ' ' || press.key.startsWith('Arrow') || press.key === 'Home' || press.key === 'End')) return null
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key
  return playerKeys.find((one) => (one.keys as readonly string[]).includes(key))?.command ?? null
}

export const speeds = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4] as const

/** The next speed up or down; stays at the ends. */
export function nextSpeed(rate: number, direction: 1 | -1): number {
  const found = direction > 0 ? speeds.find((one) => one > rate) : speeds.findLast((one) => one < rate)
  return found ?? rate
}
