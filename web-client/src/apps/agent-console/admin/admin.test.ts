import { describe, expect, it } from 'vitest'
import { checkAgent, isSound, newAgent } from './agentDraft'
import { place, scaleEnd } from './percentileScale'

const percentiles = (max: number, samples = 3) => ({ samples, p50: 1, p90: 2, p95: 3, p99: 4, max })

describe('An agent’s account', () => {
  const draft = { ...newAgent(), displayName: '周晚', email: 'zhou@example.com' }

  it('needs a name, an address and a role', () => {
    expect(isSound(checkAgent(draft, false))).toBe(true)
    expect(checkAgent({ ...newAgent(), roles: [] }, false)).toMatchObject({ name: true, email: true, roles: true })
  })

  it('of the administrator at work stays an enabled administrator', () => {
    expect(checkAgent({ ...draft, roles: ['agent'] }, true).self).toBe(true)
    expect(checkAgent({ ...draft, roles: ['admin'], disabled: true }, true).self).toBe(true)
    expect(checkAgent({ ...draft, roles: ['admin'] }, true).self).toBe(false)
  })
})

describe('The scale of first-frame times', () => {
  it('ends at a round figure beyond the longest', () => {
    expect(scaleEnd([percentiles(1904), percentiles(700)])).toBe(2000)
    expect(scaleEnd([percentiles(12)])).toBe(1000)
    expect(scaleEnd([percentiles(0, 0)])).toBe(1000)
  })

  it('keeps every mark on it', () => {
    expect(place(500, 1000)).toBe(0.5)
    expect(place(5000, 1000)).toBe(1)
  })
})
