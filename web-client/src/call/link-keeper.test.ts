import { beforeEach, describe, expect, test } from 'vitest'
import { ProblemError } from '@/signalling/problem'
import { ManualClock, settle } from '@/testing/manual-clock'
import { LinkKeeper } from './link-keeper'

const camera = {} as MediaStreamTrack
const kilobytes = (count: number): Blob => new Blob([new Uint8Array(count * 1_000)])

describe('a page on a weak link', () => {
  let clock: ManualClock
  let keeper: LinkKeeper
  let estimateBps: number
  let stillMs: number
  let view: { camera: MediaStreamTrack | null; othersWantStills: boolean }
  let reports: string[]
  let videoSent: boolean
  let inFlight: number
  let mostInFlight: number
  let asked: number[]
  let rests: number
  let fails: ProblemError | null
  let refusesReports: boolean

  beforeEach(() => {
    clock = new ManualClock()
    estimateBps = 900_000
    stillMs = 500
    view = { camera, othersWantStills: false }
    reports = []
    asked = []
    videoSent = true
    inFlight = mostInFlight = rests = 0
    fails = null
    refusesReports = false
    keeper = new LinkKeeper(clock, {
      view: () => view,
      read: () => Promise.resolve({ estimateBps, loss: 0 }),
      sendVideo: (active) => { videoSent = active },
      report: (mode) => {
        if (refusesReports) return Promise.reject(new ProblemError('request.too_many', 0))
        reports.push(mode)
        return Promise.resolve()
      },
    }, {
      take: (_, maxBytes) => {
        asked.push(maxBytes)
        return Promise.resolve(kilobytes(Math.min(20, maxBytes / 1_000)))
      },
      send: () => new Promise((resolve, reject) => {
        mostInFlight = Math.max(mostInFlight, ++inFlight)
        clock.after(stillMs, () => {
          inFlight--
          if (fails !== null) reject(fails)
          else resolve()
        })
      }),
      rest: () => { rests++ },
    })
    keeper.start()
  })

  test('sends video and nothing else while the link is good', async () => {
    await clock.advance(30_000)
    expect([videoSent, reports, asked]).toEqual([true, [], []])
  })

  test('holds video back, says so, and sends photo after photo, never two at a time', async () => {
    estimateBps = 90_000
    stillMs = 3_000
    await clock.advance(40_000)
    expect([videoSent, reports, mostInFlight]).toEqual([false, ['stills'], 1])
    expect(asked.length).toBeGreaterThanOrEqual(6)
    expect(asked.length).toBeLessThanOrEqual(10)
  })

  test('makes photos as large as the link takes in two and a half seconds', async () => {
    estimateBps = 90_000
    stillMs = 4_000
    await clock.advance(20_000)
    // 20 kB in 4 s: 12.5 kB in 2.5 s.
    expect(asked[0]).toBe(24_000)
    expect(asked[1]).toBe(12_500)
    stillMs = 100
    await clock.advance(10_000)
    expect(asked.at(-1)).toBe(45_000)
  })

  test('comes back to video by itself and stops the photos', async () => {
    estimateBps = 90_000
    await clock.advance(10_000)
    estimateBps = 700_000
    await clock.advance(20_000)
    expect([videoSent, reports]).toEqual([true, ['stills', 'video']])
    const sent = asked.length
    await clock.advance(10_000)
    expect([asked.length, inFlight, rests]).toEqual([sent, 0, 1])
  })

  test('gives up photos when none arrives, and tries one again later', async () => {
    estimateBps = 90_000
    fails = new ProblemError('timeout', 0)
    await clock.advance(14_000)
    expect(reports).toEqual(['stills', 'audio_only'])
    fails = null
    await clock.advance(14_000)
    expect(reports).toEqual(['stills', 'audio_only', 'stills'])
    expect(mostInFlight).toBe(1)
  })

  test('does not take a refusal for a weak link', async () => {
    estimateBps = 90_000
    fails = new ProblemError('request.too_many', 429)
    await clock.advance(30_000)
    expect(reports).toEqual(['stills'])
  })

  test('says the step again when it could not be said', async () => {
    refusesReports = true
    estimateBps = 90_000
    await clock.advance(8_000)
    refusesReports = false
    await clock.advance(2_000)
    expect(reports).toEqual(['stills'])
    keeper.rejoined()
    await clock.advance(2_000)
    expect(reports).toEqual(['stills', 'stills'])
  })

  test('sends photos beside its video for somebody whose way down is weak', async () => {
    view = { camera, othersWantStills: true }
    await clock.advance(12_000)
    expect([videoSent, reports, mostInFlight]).toEqual([true, [], 1])
    expect(asked.length).toBeGreaterThan(3)
    view = { camera, othersWantStills: false }
    await clock.advance(3_000)
    const sent = asked.length
    await clock.advance(10_000)
    expect(asked.length).toBe(sent)
  })

  test('takes no photo of a camera that is switched off, and none after the end', async () => {
    estimateBps = 90_000
    await clock.advance(6_000)
    view = { camera: null, othersWantStills: false }
    await clock.advance(3_000)
    const sent = asked.length
    await clock.advance(10_000)
    view = { camera, othersWantStills: false }
    keeper.stop()
    await clock.advance(10_000)
    await settle()
    expect(asked.length).toBe(sent)
  })
})
