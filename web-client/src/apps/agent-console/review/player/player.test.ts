import { beforeEach, describe, expect, it } from 'vitest'
import type { LaneItemView } from '@/contracts/generated'
import { layOut, missingPicture, neighbour, worthTelling } from './lanes'
import { nextSpeed, playerCommand, playerKeys } from './playerKeys'
import { withoutGaps } from './playlistGaps'
import { graphOf, readingAt, summaryOf } from './qualityGraph'
import { readStoryboard } from './storyboard'
import { correction } from './syncing'
import { TimeMap } from './timeMap'
import { Transport, type Part } from './transport'
import { ViewedRanges } from './viewedRanges'
import { columnsOf, outline, readWaveform } from './waveform'

const origin = Date.parse('2026-11-22T08:00:00Z')

describe('The map of a picture’s time', () => {
  const map = TimeMap.fromPlaylist([
    { start: 0, duration: 2, programDateTime: origin + 500 },
    { start: 2, duration: 1, programDateTime: origin + 2_500 },
    { start: 3, duration: 4, programDateTime: origin + 6_700 },
  ], origin)

  it('knows a late start, a hole and the end', () => {
    expect([map.toMedia(0.2), map.toMedia(0.5), map.toMedia(3.2), map.toMedia(5), map.toMedia(6.7), map.toMedia(11)]).toEqual([null, 0, expect.closeTo(2.7), null, 3, null])
  })

  it('goes back the same way', () => {
    expect([map.toPlayback(0), map.toPlayback(2.7), map.toPlayback(3), map.toPlayback(9)]).toEqual([0.5, expect.closeTo(3.2), 6.7, 10.7])
  })

  it('is the identity when the playlist has no clock', () => {
    const plain = TimeMap.fromPlaylist([{ start: 0, duration: 2, programDateTime: null }], origin)
    expect([plain.toMedia(7), plain.toPlayback(7)]).toEqual([7, 7])
  })
})

describe('A playlist with gaps', () => {
  const segment = (seconds: number, offset: number) => `#EXTINF:${seconds},\n#EXT-X-BYTERANGE:10@${offset}\na.mp4`

  it('loses them and keeps the place of everything else', () => {
    const given = `#EXTM3U\n#EXT-X-MAP:URI="a.mp4"\n#EXT-X-PROGRAM-DATE-TIME:2026-11-22T08:00:00.000Z\n#EXT-X-GAP\n#EXTINF:0.5,\na.mp4\n${segment(4, 0)}\n#EXT-X-GAP\n#EXTINF:3,\na.mp4\n${segment(2, 10)}\n#EXT-X-ENDLIST\n`
    expect(withoutGaps(given)).toBe([
      '#EXTM3U', '#EXT-X-MAP:URI="a.mp4"', '#EXT-X-PROGRAM-DATE-TIME:2026-11-22T08:00:00.500Z', segment(4, 0),
      '#EXT-X-DISCONTINUITY', '#EXT-X-PROGRAM-DATE-TIME:2026-11-22T08:00:07.500Z', segment(2, 10), '#EXT-X-ENDLIST', '',
    ].join('\n'))
  })

  it('without a clock is only shortened, without gaps not changed but for the dates', () => {
    expect(withoutGaps(`#EXTM3U\n#EXT-X-GAP\n#EXTINF:1,\na.mp4\n${segment(4, 0)}\n`)).toBe(`#EXTM3U\n${segment(4, 0)}\n`)
    expect(withoutGaps(`#EXTM3U\n${segment(4, 0)}\n${segment(4, 10)}\n`)).toBe(`#EXTM3U\n${segment(4, 0)}\n${segment(4, 10)}\n`)
  })
})

describe('A part that is off', () => {
  it('is left alone within 15 ms, pulled within 80 ms, put right at once beyond', () => {
    expect(correction(0.01, 1)).toEqual({ kind: 'rate', rate: 1 })
    expect(correction(0.05, 1)).toEqual({ kind: 'rate', rate: 0.95 })
    expect(correction(-0.05, 2)).toEqual({ kind: 'rate', rate: 2.1 })
    expect(correction(0.081, 1)).toEqual({ kind: 'seek' })
    expect(correction(0.081, 2)).toEqual({ kind: 'rate', rate: 2 * 0.94 })
  })
})

class FakePart implements Part {
  at = 0
  isReady = true
  rate = 0
  seeks: number[] = []
  constructor(readonly leads: boolean, private readonly from = 0, private readonly to = Infinity) {}
  covers(seconds: number): boolean { return seconds >= this.from && seconds < this.to }
  time(): number { return this.at }
  ready(): boolean { return this.isReady }
  playing(): boolean { return this.rate > 0 }
  seek(seconds: number): void { this.seeks.push(seconds); this.at = seconds }
  play(rate: number): void { this.rate = rate }
  setRate(rate: number): void { if (this.rate > 0) this.rate = rate }
  pause(): void { this.rate = 0 }
  run(seconds: number): void { this.at += seconds * this.rate }
}

describe('The playhead', () => {
  let now: number
  let transport: Transport
  const run = (seconds: number, parts: readonly FakePart[], drift = 0): void => {
    for (let step = 0; step < seconds * 50; step++) {
      now += 20
      for (const part of parts) part.run(0.02 * (part.leads ? 1 : 1 + drift))
      transport.tick()
    }
  }
  const make = (parts: readonly FakePart[], duration = 60): void => {
    transport = new Transport(() => now, duration, () => undefined)
    transport.setParts(parts)
  }
  beforeEach(() => { now = 1_000 })

  it('follows the picture, and the voices follow it within 15 ms although their clock is off', () => {
    const [picture, voice] = [new FakePart(true), new FakePart(false)]
    make([picture, voice])
    transport.play()
    run(20, [picture, voice], 0.01)
    expect(transport.seconds).toBeCloseTo(20, 1)
    expect(Math.abs(voice.at - picture.at)).toBeLessThan(0.02)
    expect(voice.seeks.length, 'pulled, not cut').toBeLessThan(3)
  })

  it('brings a voice that is far off back with one jump', () => {
    const [picture, voice] = [new FakePart(true), new FakePart(false)]
    make([picture, voice])
    transport.play()
    run(1, [picture, voice])
    voice.at += 3
    run(1, [picture, voice])
    expect(Math.abs(voice.at - picture.at)).toBeLessThan(0.08)
  })

  it('runs on through a hole of the picture while the voice goes on', () => {
    const [before, after, voice] = [new FakePart(true, 0.5, 2), new FakePart(true, 5, 60), new FakePart(false)]
    make([before, after, voice])
    transport.play()
    run(3, [before, after, voice])
    expect([before.playing(), after.playing(), voice.playing()]).toEqual([false, false, true])
    expect(transport.seconds).toBeCloseTo(3, 1)
    run(3, [before, after, voice])
    expect(after.playing()).toBe(true)
    expect(Math.abs(after.at - voice.at)).toBeLessThan(0.05)
  })

  it('waits for a part that has nothing to play, and says so', () => {
    const [picture, voice] = [new FakePart(true), new FakePart(false)]
    make([picture, voice])
    transport.play()
    run(1, [picture, voice])
    voice.isReady = false
    run(2, [picture, voice])
    expect(transport.state.waiting).toBe(true)
    expect(transport.seconds).toBeLessThan(1.1)
    expect(picture.playing()).toBe(false)
    voice.isReady = true
    run(1, [picture, voice])
    expect(transport.state.waiting).toBe(false)
    expect(transport.seconds).toBeCloseTo(2, 0)
  })

  it('keeps its place at another speed, stops at the end and starts over', () => {
    const picture = new FakePart(true)
    make([picture], 10)
    transport.play()
    run(2, [picture])
    transport.setRate(4)
    run(1, [picture])
    expect(transport.seconds).toBeCloseTo(6, 0)
    run(2, [picture])
    expect([transport.state.playing, transport.seconds]).toEqual([false, 10])
    transport.play()
    expect(transport.seconds).toBe(0)
  })

  it('seeks anywhere, playing or not, and never outside', () => {
    const [picture, voice] = [new FakePart(true), new FakePart(false)]
    make([picture, voice])
    transport.seek(30)
    expect([picture.at, voice.at, transport.seconds]).toEqual([30, 30, 30])
    transport.seek(-4)
    expect(transport.seconds).toBe(0)
    transport.seek(400)
    expect(transport.seconds).toBe(60)
  })
})

describe('What was watched', () => {
  it('is told as ranges, once, without what was jumped over', () => {
    const ranges = new ViewedRanges()
    for (const seconds of [1, 1.5, 2, 10, 10.5, null, 30, 30.2]) ranges.at(seconds)
    expect(ranges.take()).toEqual([{ fromMs: 1_000, toMs: 2_000 }, { fromMs: 10_000, toMs: 10_500 }, { fromMs: 30_000, toMs: 30_200 }])
    expect(ranges.take()).toEqual([])
    for (const seconds of [5, 6, null, 4, 5.2]) ranges.at(seconds)
    expect(ranges.take()).toEqual([{ fromMs: 4_000, toMs: 6_000 }])
  })
})

describe('Keys of the player', () => {
  const press = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, ...more })

  it('have one meaning each', () => {
    const keys = playerKeys.flatMap((one) => one.keys)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('leave typing, the browser’s keys and a slider’s arrows alone', () => {
    expect(playerCommand(press('K'), false, false)).toBe('toggle')
    expect(playerCommand(press('k'), true, false)).toBeNull()
    expect(playerCommand(press('l', { ctrlKey: true }), false, false)).toBeNull()
    expect(playerCommand(press('ArrowLeft'), false, true)).toBeNull()
    expect(playerCommand(press('ArrowLeft'), false, false)).toBe('frame_back')
  })

  it('change the speed in steps from 0.5 to 4', () => {
    expect([nextSpeed(1, 1), nextSpeed(1, -1), nextSpeed(4, 1), nextSpeed(0.5, -1)]).toEqual([1.25, 0.75, 4, 0.5])
  })
})

const item = (lane: string, fromSeconds: number, toSeconds = fromSeconds, more: Partial<LaneItemView> = {}): LaneItemView => ({
  lane, kind: lane, fromSeconds, toSeconds, participantId: 'b', role: 'buyer', source: '', detail: '', ...more,
})

describe('Lanes', () => {
  it('show what there is, in their order, unknown ones with the system', () => {
    const lanes = layOut([item('gap', 5, 10), item('consent', 0), item('weather', 1)], 20)
    expect(lanes.map((lane) => lane.name)).toEqual(['consent', 'gap', 'system'])
    expect(lanes[1]?.items[0]).toMatchObject({ left: 0.25, width: 0.25 })
  })

  it('say nothing twice: the ends of a mute, the cut connection of somebody who left', () => {
    const told = worthTelling([
      { ...item('mute', 3, 6), kind: 'mute' }, { ...item('mute', 3.1), kind: 'muted' }, { ...item('mute', 6), kind: 'unmuted' }, { ...item('mute', 9), kind: 'muted' },
      { ...item('people', 10), kind: 'participant_interrupted' }, { ...item('people', 12), kind: 'participant_interrupted' }, { ...item('people', 12), kind: 'participant_left' },
    ])
    expect(told.map((one) => `${one.kind} ${one.fromSeconds}`)).toEqual(['mute 3', 'muted 9', 'participant_interrupted 10', 'participant_left 12'])
  })

  it('put what would cover another into a row below', () => {
    const [lane] = layOut([item('mute', 0, 10), item('mute', 5, 6), item('mute', 12, 13)], 20)
    expect(lane?.items.map((one) => one.row)).toEqual([0, 1, 0])
  })

  it('name why there is no picture: a pause before a gap, never the agent’s, never a blink', () => {
    const items = [item('gap', 1, 4, { source: 'camera', kind: 'network' }), item('pause', 2, 3), item('gap', 5, 6, { role: 'agent', source: 'camera' }), item('gap', 8, 8.1, { source: 'camera' }), item('gap', 9, 12, { source: 'microphone' }), item('loss', 13, 15, { source: 'camera', kind: 'network' }), item('loss', 16, 17)]
    expect([1.5, 2.5, 5.5, 8.05, 10, 14, 16.5].map((seconds) => missingPicture(items, seconds)?.lane ?? null)).toEqual(['gap', 'pause', null, null, null, 'loss', null])
  })

  it('lead from one thing to the next and back', () => {
    const items = [item('mark', 4), item('mark', 9), item('gap', 6, 7)]
    expect([neighbour(items, 4, 1)?.fromSeconds, neighbour(items, 6.1, -1)?.fromSeconds, neighbour(items, 9, 1)]).toEqual([6, 4, null])
  })
})

describe('The storyboard', () => {
  it('gives the tile that stands at a moment', () => {
    const board = readStoryboard({ tileWidth: 160, tileHeight: 90, columns: 10, rows: 10, sheets: ['s1.jpg'], tiles: [{ seconds: 2, sheet: 0, x: 160, y: 0 }, { seconds: 0.2, sheet: 0, x: 0, y: 0 }] }, (name) => `/f/${name}`)
    expect(board?.tileAt(1.9)).toEqual({ url: '/f/s1.jpg', x: 0, y: 0, width: 160, height: 90, sheetWidth: 1600 })
    expect(board?.tileAt(2)?.x).toBe(160)
    expect(board?.tileAt(0)?.x, 'before the first tile').toBe(0)
  })

  it('reads sheets in even steps too, and refuses what it cannot use', () => {
    const board = readStoryboard({ sheets: [{ name: 'a.jpg', columns: 2, rows: 2, width: 100, height: 50, firstMs: 0, stepMs: 1000 }] }, (name) => name)
    expect(board?.tileAt(3.4)).toMatchObject({ x: 100, y: 50 })
    for (const bad of [null, {}, { sheets: [] }, { sheets: ['a'], tiles: [{}] }, { sheets: [{ name: 'a' }] }]) expect(readStoryboard(bad, (name) => name)).toBeNull()
  })
})

describe('The waveform', () => {
  it('is the loudest of each column', () => {
    const [voice] = readWaveform({ bucketSeconds: 0.5, voices: [{ participantId: 'b', role: 'buyer', peaks: [0, 255, 51, 0] }, { peaks: 'x' }] })
    expect(columnsOf(voice!, 2, 2)).toEqual([1, 0.2])
    expect(outline([1, 0.2])).toBe('M0 0.000L1 0.800L1 1.200L0 2.000Z')
    expect(readWaveform({ voices: [{ participantId: 'b', role: 'buyer', stepMs: 100, peaks: [255] }] })[0]?.stepSeconds).toBe(0.1)
    expect(readWaveform('nonsense')).toEqual([])
  })
})

describe('The graph of a person’s network', () => {
  const quality = {
    participantId: 'b', role: 'buyer', stepSeconds: 2, upLoss: [0, 0.075, -1], downLoss: [0, 0, -1], upKbps: [1_000, 500, -1], downKbps: [250, 250, -1], roundTripMs: [20, 20, -1],
    freezes: [{ fromSeconds: 1, toSeconds: 4, count: 2, frozenSeconds: 0.7 }],
  }

  it('draws what was sent above the middle, loss where it was, and nothing where nothing was measured', () => {
    const { rates, losses, freezes } = graphOf(quality)
    expect(rates).toMatch(/^M0 0\.040L2 0\.040L2 0\.520L4 0\.520L4 1\.000L6 1\.000L6 1\.000/)
    expect(losses).toEqual([{ x: 2, width: 2, y: 0.5, height: 0.5 }])
    expect(freezes).toEqual([{ x: 1, width: 3 }])
  })

  it('says the same in figures', () => {
    expect(summaryOf(quality)).toEqual({ upBps: 750_000, downBps: 250_000, worstLoss: 0.075, worstAtSeconds: 2, freezes: 2, frozenSeconds: 0.7 })
    expect(readingAt(quality, 3)).toEqual({ upBps: 500_000, downBps: 250_000, upLoss: 0.075, downLoss: 0 })
    expect(readingAt(quality, 5)).toBeNull()
  })
})
