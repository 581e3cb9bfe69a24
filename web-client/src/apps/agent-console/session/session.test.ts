import { describe, expect, it } from 'vitest'
import { landing } from '../router'
import { checkPassword, isFaultless } from './passwordRules'

describe('A new password', () => {
  it('is long enough, new and typed twice', () => {
    expect(isFaultless(checkPassword('one-time', 'four unrelated words', 'four unrelated words'))).toBe(true)
    expect(checkPassword('', 'short', 'other')).toEqual({ current: 'missing', fresh: 'too_short', repeat: 'mismatch' })
    expect(checkPassword('rain-maple-42', 'rain-maple-42', 'rain-maple-42').fresh).toBe('same')
  })

  it('counts characters as people do', () => {
    expect(checkPassword('x', '🌙'.repeat(9), '').fresh).toBe('too_short')
    expect(checkPassword('x', '🌙'.repeat(10), '').fresh).toBeNull()
  })
})

describe('After signing in', () => {
  it('the page goes back to where it was asked from', () => {
    expect(landing('/tickets/t1?x=1')).toBe('/tickets/t1?x=1')
  })

  it.each(['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', undefined, ['/a'], '/sign-in?to=/'])('%s leads to the desk', (to) => {
    expect(landing(to)).toBe('/')
  })
})
