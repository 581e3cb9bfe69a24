import { beforeEach, describe, expect, test } from 'vitest'
import { chooseLanguage, language, startLanguage, translator } from './messages'
import { tableProblems } from './messages-check'

const tables = { 'zh-CN': { hello: '您好，{name}', plain: '好' }, en: { hello: 'Hello {name}', plain: 'Fine' } } as const
const t = translator<(typeof tables)['zh-CN']>(tables)

describe('language', () => {
  beforeEach(() => { startLanguage(['zh-CN'], null) })

  test.each([[['zh-TW', 'en'], 'zh-CN'], [['en-GB'], 'en'], [['fr', 'en'], 'en'], [['fr'], 'zh-CN'], [[], 'zh-CN']])('of a browser that prefers %j is %s', (preferred, expected) => {
    expect(startLanguage(preferred, null)).toBe(expected)
  })

  test('once chosen is kept, and stored', () => {
    const kept = new Map<string, string>()
    const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => { kept.set(key, value) } }
    chooseLanguage('en', storage)
    expect(language.value).toBe('en')
    expect(startLanguage(['zh-CN'], storage)).toBe('en')
  })

  test('works where storage is forbidden', () => {
    const forbidden = { getItem: () => { throw new Error('forbidden') }, setItem: () => { throw new Error('forbidden') } }
    expect(startLanguage(['en'], forbidden)).toBe('en')
    chooseLanguage('zh-CN', forbidden)
    expect(language.value).toBe('zh-CN')
  })

  test('switches texts at run time', () => {
    expect(t('hello', { name: '王' })).toBe('您好，王')
    chooseLanguage('en', null)
    expect([t('hello', { name: 'Wang' }), t('plain')]).toEqual(['Hello Wang', 'Fine'])
  })
})

describe('message tables', () => {
  test('with a fault say which', () => {
    const faulty = { 'zh-CN': { a: '{x}', b: '好', c: ' ' }, en: { a: 'none', b: 'ok', c: 'c', d: 'd' } }
    expect(tableProblems<Record<string, string>>(faulty, ["t('a')", "t('c')"])).toEqual([
      'd has no Chinese text', 'b is not used', 'a differs in parameters', 'c is empty',
    ])
  })

  test('count keys behind a template string as used', () => {
    const table = { 'steps.one': '一', 'steps.two': '二' }
    expect(tableProblems({ 'zh-CN': table, en: table }, ['t(`steps.${name}`)'])).toEqual([])
  })
})
