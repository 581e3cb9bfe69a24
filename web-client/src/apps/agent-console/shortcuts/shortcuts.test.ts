// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import { commandFor, contextOf, shortcuts, type KeyContext, type KeyPress } from './shortcuts'

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({ key, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, repeat: false, ...more })
const free: KeyContext = { typing: false, onControl: false, dialogOpen: false }

function element(html: string): Element {
  document.body.innerHTML = html
  return document.body.firstElementChild!
}

describe('Shortcuts', () => {
  it('give each key one meaning', () => {
    const keys = shortcuts.flatMap((item) => [item.key, ...item.also])
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('answer to capital letters, because Caps Lock happens', () => {
    expect(commandFor(press('C'), free)).toBe('call')
    expect(commandFor(press('ArrowDown'), free)).toBe('next_ticket')
  })

  it('leave the browser its own keys and the input method its composition', () => {
    expect(commandFor(press('c', { ctrlKey: true }), free)).toBeNull()
    expect(commandFor(press('c', { metaKey: true }), free)).toBeNull()
    expect(commandFor(press('n', { isComposing: true }), free)).toBeNull()
  })

  it.each(['<input type="text">', '<input type="search">', '<textarea></textarea>', '<select></select>', '<video></video>', '<input type="radio">'])('never fire in %s', (html) => {
    expect(commandFor(press('c'), contextOf(element(html), false))).toBeNull()
  })

  it('never fire behind a dialog', () => {
    expect(commandFor(press('n'), contextOf(element('<p></p>'), true))).toBeNull()
  })

  it('leave Enter to the button or link that has the focus', () => {
    const onLink = contextOf(element('<a href="/">x</a>'), false)
    expect(commandFor(press('Enter'), onLink)).toBeNull()
    expect(commandFor(press('j'), onLink)).toBe('next_ticket')
  })

  it('repeat for moving, not for calling or muting', () => {
    expect(commandFor(press('j', { repeat: true }), free)).toBe('next_ticket')
    expect(commandFor(press('m', { repeat: true }), free)).toBeNull()
    expect(commandFor(press('c', { repeat: true }), free)).toBeNull()
  })
})
