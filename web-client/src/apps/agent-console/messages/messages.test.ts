import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tableProblems } from '@/ui/messages-check'
import { bitrate, bytes, clock, money, percent, shortHash } from './formats'
import { tables } from './index'

const app = join(import.meta.dirname, '..')
const sources = readdirSync(app, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|vue)$/.test(name) && !name.startsWith('messages/') || name === 'messages/problems.ts' || name === 'messages/formats.ts')
  .map((name) => readFileSync(join(app, name), 'utf8'))

describe('Messages', () => {
  it('exist in both languages, with the same values, and all are used', () => {
    expect(tableProblems(tables, sources)).toEqual([])
  })

  it('in Chinese use Chinese punctuation', () => {
    const western = Object.entries(tables['zh-CN']).filter(([, text]) => /[\u4e00-\u9fff][,;:?!]/.test(text))
    expect(western).toEqual([])
  })
})

describe('Figures', () => {
  it('are written with their units', () => {
    expect([bytes(900), bytes(18_222), bytes(48_214_884)]).toEqual(['900 B', '18 KB', '46.0 MB'])
    expect([bitrate(640_000), bitrate(1_420_000)]).toEqual(['640 kbit/s', '1.4 Mbit/s'])
    expect([percent(0), percent(0.004), percent(0.13)]).toEqual(['0 %', '0.4 %', '13 %'])
    expect([clock(0), clock(134.9), clock(3734)]).toEqual(['00:00', '02:14', '1:02:14'])
  })

  it('survive a currency nobody knows', () => {
    expect(money('en', 5, 'not a currency')).toBe('5.00 not a currency')
  })

  it('shorten a fingerprint at both ends', () => {
    expect(shortHash('a'.repeat(32) + 'b'.repeat(32))).toBe('aaaaaaaa…bbbbbbbb')
  })
})
