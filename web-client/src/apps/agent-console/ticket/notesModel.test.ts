import { describe, expect, it } from 'vitest'
import { needsSaving, openNotes, reduceNotes, type NotesEvent, type NotesState } from './notesModel'

const after = (events: readonly NotesEvent[], start: NotesState = openNotes('first', 3)): NotesState => events.reduce(reduceNotes, start)

describe('Notes', () => {
  it('want saving once something was typed', () => {
    expect(needsSaving(openNotes('first', 3))).toBe(false)
    expect(needsSaving(after([{ type: 'typed', text: 'second' }]))).toBe(true)
  })

  it('are clean again when what was typed is taken back', () => {
    expect(after([{ type: 'typed', text: 'second' }, { type: 'typed', text: 'first' }]).phase).toBe('clean')
  })

  it('stay unsaved when typing went on during the save', () => {
    const state = after([{ type: 'typed', text: 'a' }, { type: 'save_started' }, { type: 'typed', text: 'ab' }, { type: 'saved', text: 'a', version: 4 }])
    expect(state).toMatchObject({ phase: 'dirty', text: 'ab', savedText: 'a', version: 4 })
  })

  it('keep the text after a failed save and want another try', () => {
    const state = after([{ type: 'typed', text: 'a' }, { type: 'save_started' }, { type: 'save_failed' }])
    expect(state).toMatchObject({ phase: 'failed', text: 'a' })
    expect(needsSaving(state)).toBe(true)
  })

  describe('in conflict', () => {
    const conflict = after([{ type: 'typed', text: 'mine' }, { type: 'save_started' }, { type: 'conflicted', text: 'theirs', version: 9 }])

    it('wait for a person and let typing go on', () => {
      expect(needsSaving(conflict)).toBe(false)
      expect(reduceNotes(conflict, { type: 'typed', text: 'mine too' })).toMatchObject({ phase: 'conflict', text: 'mine too' })
    })

    it.each([['mine', 'mine', 'dirty'], ['theirs', 'theirs', 'saved'], ['both', 'theirs\n\nmine', 'dirty']] as const)('settle by %s', (choice, text, phase) => {
      expect(reduceNotes(conflict, { type: 'resolved', choice })).toMatchObject({ text, phase, version: 9, theirs: null })
    })

    it('settle by themselves when both wrote the same', () => {
      expect(after([{ type: 'typed', text: 'same' }, { type: 'save_started' }, { type: 'conflicted', text: 'same', version: 9 }])).toMatchObject({ phase: 'saved', version: 9 })
    })
  })

  it('show a newer text from elsewhere only while nothing own is unsaved', () => {
    expect(after([{ type: 'read_again', text: 'newer', version: 4 }])).toMatchObject({ text: 'newer', version: 4 })
    expect(after([{ type: 'typed', text: 'own' }, { type: 'read_again', text: 'newer', version: 4 }])).toMatchObject({ text: 'own', version: 3 })
    expect(after([{ type: 'read_again', text: 'older', version: 2 }])).toMatchObject({ text: 'first', version: 3 })
  })
})
