import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, type EffectScope } from 'vue'
import { HttpClient } from '@/signalling/http'
import { DeskApi } from '../api/deskApi'
import { Http } from '../api/http'
import { useNotes, type Notes } from './useNotes'

type Saved = { readonly notes: string; readonly notesVersion: number }
const ticket = { ticketId: 't', number: 'T-1', status: 'open', subject: '', buyerName: '', buyerPhone: '', problemType: 'other', platform: 'other', platformOrderId: '', orderLines: [], openedAt: '', updatedAt: '', closedAt: null, closingReason: null, calls: [], photos: [] }

/** Keeps notes as the server does: a stale version is refused. */
function notesServer(): { stored: Saved; saves: Saved[]; offline: boolean; api: DeskApi } {
  const server = { stored: { notes: 'first', notesVersion: 1 } as Saved, saves: [] as Saved[], offline: false, api: null as unknown as DeskApi }
  const answer = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status })
  const fetch = (_: unknown, init?: RequestInit): Promise<Response> => {
    if (server.offline) return Promise.reject(new TypeError('offline'))
    if (init?.method === 'GET') return Promise.resolve(answer(200, { ...ticket, ...server.stored }))
    const request = JSON.parse(typeof init?.body === 'string' ? init.body : '{}') as Saved
    server.saves.push(request)
    if (request.notesVersion !== server.stored.notesVersion) return Promise.resolve(answer(409, { code: 'ticket.notes_conflict' }))
    server.stored = { notes: request.notes, notesVersion: request.notesVersion + 1 }
    return Promise.resolve(answer(200, server.stored))
  }
  server.api = new DeskApi(new Http(new HttpClient({ fetch })))
  return server
}

describe('Saving notes', () => {
  let scope: EffectScope
  let server: ReturnType<typeof notesServer>
  let notes: Notes

  beforeEach(() => {
    vi.useFakeTimers()
    server = notesServer()
    scope = effectScope()
    notes = scope.run(() => useNotes(server.api, 't', 'first', 1))!
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  async function type(text: string): Promise<void> {
    notes.type(text)
    await nextTick()
  }

  it('waits until typing pauses, then sends once', async () => {
    await type('a')
    await vi.advanceTimersByTimeAsync(500)
    await type('ab')
    await vi.advanceTimersByTimeAsync(500)
    expect(server.saves).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(400)
    expect(server.saves).toEqual([{ notes: 'ab', notesVersion: 1 }])
    expect(notes.state.value).toMatchObject({ phase: 'saved', version: 2 })
  })

  it('tries again when the network was away', async () => {
    server.offline = true
    await type('a')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(notes.state.value.phase).toBe('failed')
    server.offline = false
    await vi.advanceTimersByTimeAsync(6_000)
    expect(server.stored.notes).toBe('a')
  })

  it('shows what the colleague wrote and saves both when asked to', async () => {
    server.stored = { notes: 'theirs', notesVersion: 5 }
    await type('mine')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(notes.state.value).toMatchObject({ phase: 'conflict', theirs: { text: 'theirs', version: 5 } })
    notes.resolve('both')
    await vi.advanceTimersByTimeAsync(0)
    expect(server.stored).toEqual({ notes: 'theirs\n\nmine', notesVersion: 6 })
  })

  it('sends what is unsaved when the ticket is left', async () => {
    await type('last words')
    scope.stop()
    await vi.advanceTimersByTimeAsync(0)
    expect(server.stored.notes).toBe('last words')
  })
})
