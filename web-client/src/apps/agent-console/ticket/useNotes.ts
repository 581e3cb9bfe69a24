import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { hasReason } from '../api/http'
import type { DeskApi } from '../api/deskApi'
import { needsSaving, openNotes, reduceNotes, type NotesEvent, type NotesState } from './notesModel'

/** Long enough not to save each word, short enough that a closed laptop loses a sentence at most. */
const quietMilliseconds = 800
/** After a failure: the network may be back. */
const retryMilliseconds = 5_000

export type Notes = {
  readonly state: Readonly<Ref<NotesState>>
  readonly type: (text: string) => void
  readonly resolve: (choice: 'mine' | 'theirs' | 'both') => void
  readonly readAgain: (text: string, version: number) => void
  readonly flush: () => Promise<void>
}

export function useNotes(api: DeskApi, ticketId: string, text: string, version: number): Notes {
  const state = shallowRef(openNotes(text, version))
  const timer = ref<ReturnType<typeof setTimeout> | null>(null)
  const dispatch = (event: NotesEvent): void => void (state.value = reduceNotes(state.value, event))

  function schedule(milliseconds: number): void {
    if (timer.value !== null) clearTimeout(timer.value)
    timer.value = setTimeout(() => void save(), milliseconds)
  }

  async function save(): Promise<void> {
    if (timer.value !== null) clearTimeout(timer.value)
    timer.value = null
    if (!needsSaving(state.value)) return
    const sent = state.value.text
    dispatch({ type: 'save_started' })
    const result = await api.saveNotes(ticketId, { notes: sent, notesVersion: state.value.version })
    if (result.ok) dispatch({ type: 'saved', text: sent, version: result.value.notesVersion })
    else if (hasReason(result, 'ticket.notes_conflict')) await readTheirs()
    else dispatch({ type: 'save_failed' })
    if (state.value.phase === 'failed') schedule(retryMilliseconds)
    else if (needsSaving(state.value)) schedule(quietMilliseconds)
  }

  async function readTheirs(): Promise<void> {
    const result = await api.ticket(ticketId)
    if (result.ok) dispatch({ type: 'conflicted', text: result.value.notes, version: result.value.notesVersion })
    else dispatch({ type: 'save_failed' })
  }

  const stop = watch(() => state.value.text, () => needsSaving(state.value) && schedule(quietMilliseconds))
  onScopeDispose(() => {
    stop()
    void save()
  })

  return {
    state,
    type: (value) => dispatch({ type: 'typed', text: value }),
    resolve: (choice) => {
      dispatch({ type: 'resolved', choice })
      void save()
    },
    readAgain: (value, newVersion) => dispatch({ type: 'read_again', text: value, version: newVersion }),
    flush: save,
  }
}
