import { describe, expect, test } from 'vitest'
import { isString, shape } from '@/contracts/guards'
import { HttpClient } from './http'
import { problemFrom, reasonOf, toReason } from './problem'

const isNamed = shape<{ name: string }>({ name: isString })
const answering = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new HttpClient({ fetch: () => Promise.resolve(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers })) })

describe('HTTP', () => {
  test('gives what the guard accepts', async () => {
    await expect(answering(200, { name: 'x' }).get('/x', isNamed)).resolves.toEqual({ name: 'x' })
  })

  test('says unreadable when the answer is something else', async () => {
    await expect(answering(200, { name: 7 }).get('/x', isNamed)).rejects.toMatchObject({ reason: 'unreadable' })
    await expect(answering(200, '<html>').get('/x', isNamed)).rejects.toMatchObject({ reason: 'unreadable' })
  })

  test('gives the stable code of a problem and how long to wait', async () => {
    await expect(answering(429, { code: 'request.too_many', detail: 'slow' }, { 'Retry-After': '7' }).post('/x', {}, isNamed))
      .rejects.toMatchObject({ reason: 'request.too_many', status: 429, detail: 'slow', retryAfterSeconds: 7 })
  })

  test.each([[401, 'session.unauthenticated'], [404, 'request.not_found'], [413, 'request.too_large'], [503, 'server.unavailable'], [500, 'server.unexpected'], [400, 'request.invalid']])(
    'judges %i without a code by its status', (status, reason) => {
      expect(problemFrom(status, '<html>', null).reason).toBe(reason)
    })

  test('tells a lost network from a slow server', async () => {
    const lost = new HttpClient({ fetch: () => Promise.reject(new TypeError('failed')) })
    await expect(lost.get('/x', isNamed)).rejects.toMatchObject({ reason: 'network' })
    const slow = new HttpClient({
      timeoutMs: 5,
      fetch: (_url, init) => new Promise((_resolve, reject) => { init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))) }),
    })
    await expect(slow.get('/x', isNamed)).rejects.toMatchObject({ reason: 'timeout' })
  })

  test('maps codes it does not know to a stated one', () => {
    expect(toReason('call.invented_later')).toBe('server.unexpected')
    expect(toReason('session.rejoin')).toBe('session.rejoin')
    expect(reasonOf(new Error('x'))).toBe('server.unexpected')
  })
})
