import { beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '@/testing/manual-clock'
import { LinkLadder } from './link-ladder'

describe('the ladder of a weak link', () => {
  let clock: ManualClock
  let ladder: LinkLadder
  const seconds = async (count: number, estimateBps: number | null, loss = 0): Promise<void> => {
    for (let second = 0; second < count; second++) {
      await clock.advance(1_000)
      ladder.read({ estimateBps, loss })
    }
  }
  const quickStills = (count: number): void => { for (let one = 0; one < count; one++) ladder.stillDone(24_000, 400) }

  beforeEach(() => {
    clock = new ManualClock()
    ladder = new LinkLadder(clock)
  })

  async function weak(): Promise<void> {
    await seconds(5, 90_000)
    expect(ladder.mode).toBe('stills')
  }

  test('does not go down for a stutter, only for seconds of weakness', async () => {
    await seconds(20, 900_000)
    await seconds(2, 80_000)
    await seconds(1, 400_000)
    await seconds(3, 80_000)
    expect(ladder.mode).toBe('video')
    await seconds(1, 80_000)
    expect(ladder.mode).toBe('stills')
  })

  test('takes a browser that says nothing for one whose link is good', async () => {
    await seconds(60, null)
    expect(ladder.mode).toBe('video')
  })

  test('does not take loss, which is repaired, for a narrow link', async () => {
    await seconds(30, 40_000, 0.2)
    expect(ladder.mode).toBe('video')
    await seconds(4, 40_000, 0.05)
    expect(ladder.mode).toBe('stills')
  })

  test('stays with photos between the two limits', async () => {
    await weak()
    await seconds(60, 180_000)
    expect([ladder.mode, ladder.trying]).toEqual(['stills', false])
  })

  test('tries video beside the photos when two of them were quick, and stays when the link carries it', async () => {
    await weak()
    quickStills(2)
    await seconds(3, 90_000)
    expect(ladder.trying).toBe(false)
    await seconds(6, 90_000)
    expect([ladder.mode, ladder.trying]).toEqual(['stills', true])
    await seconds(3, 260_000)
    expect([ladder.mode, ladder.trying]).toEqual(['video', false])
  })

  test('waits twice as long after each try that failed, and no longer than a minute', async () => {
    await weak()
    const waits: number[] = []
    for (let round = 0; round < 6; round++) {
      let waited = 0
      while (!ladder.trying) {
        quickStills(2)
        await seconds(1, 90_000)
        waited++
      }
      waits.push(waited)
      while (ladder.trying) await seconds(1, 90_000)
      expect(ladder.mode).toBe('stills')
    }
    expect(waits.map((wait) => Math.round(wait / 8) * 8)).toEqual([8, 16, 32, 64, 64, 64])
  })

  test('goes down at once more slowly when video did not last', async () => {
    await weak()
    quickStills(2)
    await seconds(9, 90_000)
    await seconds(3, 260_000)
    expect(ladder.mode).toBe('video')
    await seconds(4, 90_000)
    expect(ladder.mode).toBe('stills')
    quickStills(2)
    await seconds(10, 90_000)
    expect(ladder.trying).toBe(false)
    await seconds(7, 90_000)
    expect(ladder.trying).toBe(true)
  })

  test('falls to sound alone when photos take too long, or do not arrive twice', async () => {
    await weak()
    ladder.stillDone(10_000, 21_000)
    expect(ladder.mode).toBe('audio_only')

    ladder = new LinkLadder(clock)
    await weak()
    ladder.stillFailed()
    expect(ladder.mode).toBe('stills')
    ladder.stillFailed()
    expect(ladder.mode).toBe('audio_only')
  })

  test('falls to sound alone when there is hardly room for the voice', async () => {
    await weak()
    await seconds(5, 40_000)
    expect(ladder.mode).toBe('audio_only')
  })

  test('comes back up by one photo that arrives in time', async () => {
    await weak()
    await seconds(5, 40_000)
    ladder.stillDone(10_000, 500)
    expect(ladder.mode).toBe('audio_only')
    await seconds(9, 60_000)
    expect([ladder.mode, ladder.trying]).toEqual(['audio_only', true])
    ladder.stillFailed()
    expect(ladder.trying).toBe(false)
    await seconds(18, 60_000)
    expect(ladder.trying).toBe(true)
    ladder.stillDone(10_000, 3_000)
    expect([ladder.mode, ladder.trying]).toEqual(['stills', false])
  })
})
