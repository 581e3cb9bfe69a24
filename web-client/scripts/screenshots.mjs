// Every state of the gallery as PNGs: node scripts/screenshots.mjs [folder] [state,state…] [390x844,…] [zh-CN,en] [light,dark] [text %]
// Starts vite by itself; needs no server.
import { mkdirSync } from 'node:fs'
import { chromium } from '@playwright/test'
import { createServer } from 'vite'

const [folder = 'test-results/gallery', only = '', sizes = '390x844,360x640,1440x900', langs = 'zh-CN,en', themes = 'light', text = '100'] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })

const vite = await createServer({ configFile: 'vite.config.ts', server: { port: 0, host: '127.0.0.1' }, logLevel: 'error' })
await vite.listen()
const base = `http://127.0.0.1:${vite.httpServer.address().port}/gallery/index.html`
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] })

const probe = await browser.newPage()
await probe.goto(base)
await probe.waitForFunction(() => 'galleryStates' in window)
const all = await probe.evaluate(() => window.galleryStates)
await probe.close()
const states = only === '' ? all : only.split(',')

let count = 0
for (const size of sizes.split(',')) {
  const [width, height] = size.split('x').map(Number)
  const context = await browser.newContext({ viewport: { width, height }, hasTouch: width < 1000, isMobile: width < 1000 })
  const page = await context.newPage()
  page.on('pageerror', (error) => console.error('page error', error.message))
  page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') console.error(message.text()) })
  for (const lang of langs.split(',')) for (const theme of themes.split(',')) for (const state of states) {
    await page.goto(`${base}?state=${state}&lang=${lang}&theme=${theme}&text=${text}`)
    await page.waitForFunction(() => document.querySelector('#app')?.children.length > 0)
    await page.waitForTimeout(state.startsWith('live') || state === 'hang_up' || state.includes('connecting') || state === 'waiting_agent' ? 350 : 60)
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1)
    if (overflow) console.error(`OVERFLOW ${state} ${size} ${lang}`)
    await page.screenshot({ path: `${folder}/${state}.${size}.${lang}.${theme}${text === '100' ? '' : '.' + text}.png` })
    count++
  }
  await context.close()
}
await browser.close()
await vite.close()
console.log(`${count} screenshots in ${folder}`)
