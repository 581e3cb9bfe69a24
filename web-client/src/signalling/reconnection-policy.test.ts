import { describe, expect, test } from 'vitest'
import { backoff, callReconnection, deskReconnection } from './reconnection-policy'

describe('reconnection', () => {
  test('doubles up to a ceiling, with jitter over the upper half', () => {
    const settings = { firstMs: 100, factor: 2, maxMs: 500, giveUpAfterMs: 60_000 }
    const at = (random: number) => [0, 1, 2, 3, 9].map((attempt) => backoff({ ...settings, random: () => random }).nextDelayMs(attempt, 0))
    expect(at(1)).toEqual([100, 200, 400, 500, 500])
    expect(at(0)).toEqual([50, 100, 200, 250, 250])
  })

  test('a call is tried nearly at once and given up after two minutes', () => {
    expect(callReconnection.nextDelayMs(0, 0)).toBeLessThanOrEqual(250)
    expect(callReconnection.nextDelayMs(40, 120_000)).toBeNull()
  })

  test('the desk is never given up', () => {
    expect(deskReconnection.nextDelayMs(1_000, 1e12)).toBeLessThanOrEqual(15_000)
  })
})
