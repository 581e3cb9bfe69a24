// Every page and state as PNGs, each checked by axe and for sideways overflow, and contact sheets of them. Needs no server.
//   npm run screenshots -- [--group desk,buyer,receipt] [--state a,b] [--size 390x844,1440x900] [--lang zh-CN,en] [--theme light,dark] [--text 200] [--skip-axe] [--folder …]
import { mkdirSync, rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import AxeBuilder from '@axe-core/playwright'
import { chromium } from '@playwright/test'
import { deskStates } from './screenshots/desk-states.mjs'
import { answers, keys, receiptStates } from './screenshots/receipt-states.mjs'
import { drawSheets, groupBy } from './screenshots/sheets.mjs'
import { openSite } from './screenshots/site.mjs'

const text = (value) => ({ type: 'string', default: value })
const { values: asked } = parseArgs({
  options: {
    group: text('desk,buyer,receipt'), state: text(''), size: text('390x844,1440x900'), lang: text('zh-CN,en'), theme: text('light'), text: text('100'),
    folder: text('../artifacts/screenshots'), 'skip-axe': { type: 'boolean', default: false },
  },
})
const list = (value) => value.split(',').filter((one) => one !== '')

/** Long: on a busy machine a page that is right may take a minute. */
const patienceMilliseconds = 90_000
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const site = await openSite()
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--disable-features=WebRtcHideLocalIpsWithMdns'],
})

const groups = {
  desk: {
    names: () => Object.keys(deskStates),
    exists: ({ name, narrow }) => narrow || deskStates[name].narrow !== true,
    async open(page, { name, narrow }) {
      const state = deskStates[name]
      await page.goto(`${site.url}/desk${state.path}?fake=${state.fake ?? ''}`)
      await page.waitForFunction(() => document.querySelector('.boot[aria-busy]') === null && [...document.querySelectorAll('h1, h2')].some((one) => one.offsetParent !== null))
      await page.waitForTimeout(250)
      if (narrow && state.details === true) await page.locator('.narrow-nav .button').last().click()
      await state.run?.(page)
      await page.waitForTimeout(250)
    },
  },
  buyer: {
    names: buyerStates,
    exists: () => true,
    async open(page, { name, lang, theme }) {
      await page.goto(`${site.url}/gallery?state=${name}&lang=${lang}&theme=${theme}&text=${asked.text}`)
      await page.waitForFunction(() => document.querySelector('#app')?.children.length > 0)
      await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode().catch(() => undefined))))
      await page.waitForFunction(() => [...document.querySelectorAll('video')].every((video) => video.srcObject === null || video.videoWidth > 0))
      await page.waitForTimeout(60)
    },
  },
  receipt: {
    names: () => Object.keys(receiptStates),
    exists: () => true,
    async open(page, { name }) {
      const state = receiptStates[name]
      await state.before?.(page)
      await page.goto(site.url + state.path)
      await page.waitForFunction(() => document.querySelector('h1') !== null)
      await state.run?.(page)
      await page.waitForTimeout(60)
    },
  },
}

async function buyerStates() {
  const page = await browser.newPage()
  await page.goto(`${site.url}/gallery`)
  await page.waitForFunction(() => 'galleryStates' in window)
  const names = await page.evaluate(() => window.galleryStates)
  await page.close()
  return names
}

async function planned() {
  const shots = []
  for (const group of list(asked.group)) {
    const known = await groups[group].names()
    const names = asked.state === '' ? known : list(asked.state).filter((name) => known.includes(name))
    for (const size of list(asked.size)) for (const theme of list(asked.theme)) for (const name of names) for (const lang of list(asked.lang)) {
      const [width, height] = size.split('x').map(Number)
      const shot = { group, name, lang, size, theme, width, height, narrow: width < 941 }
      const path = `${asked.folder}/${group}/${name}.${size}.${lang}.${theme}${asked.text === '100' ? '' : `.${asked.text}`}.png`
      if (groups[group].exists(shot)) shots.push({ ...shot, path })
    }
  }
  return shots
}

/** One page serves all pictures of a size, language and theme: a new context is a new process, which costs more than the picture. */
async function openPage(shot) {
  const phone = shot.group !== 'desk' && shot.narrow
  const context = await browser.newContext({ viewport: { width: shot.width, height: shot.height }, locale: shot.lang, colorScheme: shot.theme, hasTouch: phone, isMobile: phone })
  context.setDefaultTimeout(patienceMilliseconds)
  await context.route('**/api/receipts/*', (route) => {
    const code = route.request().url().split('/').at(-1)
    if (code.startsWith('R-0FF1')) return route.abort()
    const { status, body } = answers[code] ?? { status: 404, body: { code: 'receipt.not_found' } }
    return route.fulfill({ status, json: body })
  })
  await context.route('**/.well-known/**', (route) => route.fulfill({ json: keys }))
  return context.newPage()
}

/** Takes one picture and gives what is wrong with it as sentences. */
async function take(page, shot) {
  const faults = []
  const onError = (error) => faults.push(`page error: ${error.message}`)
  page.on('pageerror', onError)
  try {
    await groups[shot.group].open(page, shot)
    await page.screenshot({ path: shot.path })
    // Legacy mode: frames, which these pages have none of, are what the other mode opens a page more for.
    const { violations } = asked['skip-axe'] ? { violations: [] } : await new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'], runOnly: rules }).analyze()
    faults.push(...violations.map((one) => `axe ${one.id} (${one.impact}): ${one.nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? ''}`).join(' | ')}`))
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1)) faults.push('wider than the screen')
    await page.evaluate(() => { localStorage.clear(); sessionStorage.clear() })
  } catch (error) {
    faults.push(`no picture: ${String(error).split('\n')[0]}`)
    await page.screenshot({ path: shot.path }).catch(() => undefined)
  }
  page.off('pageerror', onError)
  return faults
}

async function takeAll(list) {
  const page = await openPage(list[0])
  for (const shot of list) {
    const faults = await take(page, shot)
    if (faults.length > 0) faulty++
    for (const fault of faults) console.error(`${shot.group}/${shot.name} ${shot.size} ${shot.lang} ${shot.theme}: ${fault}`)
  }
  await page.context().close()
}

const shots = await planned()
for (const group of list(asked.group)) {
  if (asked.state === '') rmSync(`${asked.folder}/${group}`, { recursive: true, force: true })
  mkdirSync(`${asked.folder}/${group}`, { recursive: true })
}
let faulty = 0
const queue = [...groupBy(shots, ({ group, size, lang, theme }) => `${group} ${size} ${lang} ${theme}`).values()]
// Two pages at a time: half of a picture's time is waiting for the page to settle.
await Promise.all([1, 2].map(async () => {
  for (let list = queue.shift(); list !== undefined; list = queue.shift()) await takeAll(list)
}))
rmSync(`${asked.folder}/sheets`, { recursive: true, force: true })
const sheets = await drawSheets(browser, shots, `${asked.folder}/sheets`)
await browser.close()
site.close()
console.log(`${shots.length} pictures and ${sheets} contact sheets in ${asked.folder}, ${faulty} with faults`)
process.exitCode = faulty === 0 ? 0 : 1
