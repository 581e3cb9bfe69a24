/**
 * Notes of one ticket, saved by themselves with optimistic concurrency. Pure: time and transport come from outside.
 * "conflict" holds until a person chose; typing goes on meanwhile and nothing is thrown away.
 */
export type NotesState = {
  readonly text: string
  readonly savedText: string
  readonly version: number
  readonly phase: 'clean' | 'dirty' | 'saving' | 'saved' | 'failed' | 'conflict'
  /** What somebody else wrote, during a conflict. */
  readonly theirs: { readonly text: string; readonly version: number } | null
}

export type NotesEvent =
  | { readonly type: 'typed'; readonly text: string }
  | { readonly type: 'save_started' }
  | { readonly type: 'saved'; readonly text: string; readonly version: number }
  | { readonly type: 'save_failed' }
  | { readonly type: 'conflicted'; readonly text: string; readonly version: number }
  | { readonly type: 'resolved'; readonly choice: 'mine' | 'theirs' | 'both' }
  | { readonly type: 'read_again'; readonly text: string; readonly version: number }

export function openNotes(text: string, version: number): NotesState {
  return { text, savedText: text, version, phase: 'clean', theirs: null }
}

export function reduceNotes(state: NotesState, event: NotesEvent): NotesState {
  switch (event.type) {
    case 'typed':
      return { ...state, text: event.text, phase: phaseWhileTyping(state, event.text) }
    case 'save_started':
      return state.phase === 'conflict' ? state : { ...state, phase: 'saving' }
    case 'saved':
      return { ...state, savedText: event.text, version: event.version, phase: state.text === event.text ? 'saved' : 'dirty', theirs: null }
    case 'save_failed':
      return { ...state, phase: 'failed' }
    case 'conflicted':
      return settleEqual({ ...state, phase: 'conflict', theirs: { text: event.text, version: event.version } })
    case 'resolved':
      return resolve(state, event.choice)
    case 'read_again':
      return readAgain(state, event.text, event.version)
  }
}

export function needsSaving(state: NotesState): boolean {
  return (state.phase === 'dirty' || state.phase === 'failed') && state.text !== state.savedText
}

function phaseWhileTyping(state: NotesState, text: string): NotesState['phase'] {
  if (state.phase === 'conflict' || state.phase === 'saving') return state.phase
  return text === state.savedText ? 'clean' : 'dirty'
}

/** Both wrote the same: nothing to ask. */
function settleEqual(state: NotesState): NotesState {
  const { theirs } = state
  if (theirs?.text !== state.text) return state
  return { ...state, savedText: state.text, version: theirs.version, phase: 'saved', theirs: null }
}

function resolve(state: NotesState, choice: 'mine' | 'theirs' | 'both'): NotesState {
  if (state.theirs === null) return state
  const { text: theirs, version } = state.theirs
  const text = choice === 'mine' ? state.text : choice === 'theirs' ? theirs : `${theirs.trimEnd()}\n\n${state.text}`
  return { text, savedText: theirs, version, phase: text === theirs ? 'saved' : 'dirty', theirs: null }
}

/** The ticket was read again. Without own changes the newer text shows; with them the next save finds the conflict. */
function readAgain(state: NotesState, text: string, version: number): NotesState {
  if (version <= state.version || state.phase === 'saving' || state.phase === 'conflict') return state
  if (state.text === state.savedText) return openNotes(text, version)
  return state
}
