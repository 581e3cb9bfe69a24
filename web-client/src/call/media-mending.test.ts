import { describe, expect, test } from 'vitest'
import { ManualClock } from '@/testing/manual-clock'
import { MediaMending } from './media-mending'

function mending() {
  const clock = new ManualClock()
  const log: string[] = []
  const note = (what: string) => () => { log.push(`${what} ${clock.now()}`) }
  return { clock, log, mending: new MediaMending(clock, { restart: note('restart'), giveUp: note('give up') }) }
}

describe('mending media', () => {
  test('lets a short stutter heal by itself', async () => {
    const { clock, log, mending: one } = mending()
    one.begin(false)
    await clock.advance(1_000)
    one.stop()
    await clock.advance(60_000)
    expect(log).toEqual([])
  })

  test('restarts until it works', async () => {
    const { clock, log, mending: one } = mending()
    one.begin(false)
    await clock.advance(6_000)
    expect(log).toEqual(['restart 1500', 'restart 5500'])
    one.stop()
    await clock.advance(60_000)
    expect(log).toHaveLength(2)
  })

  test('does not wait when the browser gave up, or when the network came back', async () => {
    const { clock, log, mending: one } = mending()
    one.begin(false)
    one.begin(true)
    await clock.advance(0)
    one.now()
    await clock.advance(0)
    expect(log).toEqual(['restart 0', 'restart 0'])
  })

  test('gives up after a minute', async () => {
    const { clock, log, mending: one } = mending()
    one.begin(true)
    await clock.advance(120_000)
    expect(log.at(-1)).toBe('give up 64000')
  })
})
