// Every state of the agent's desk as PNGs, each checked by axe and for sideways overflow:
//   node scripts/desk-screenshots.mjs [folder] [state,state…] [1440x900,…] [zh-CN,en] [light,dark]
// Builds the desk in fake mode by itself; needs no server.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { chromium } from '@playwright/test'
import { build } from 'vite'

const [folder = 'test-results/desk', only = '', sizes = '1440x900,390x844', langs = 'zh-CN,en', themes = 'light'] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })

const fake = (page, run) => page.evaluate(run)
const openTicket = (id = 't1') => ({ path: `/tickets/${id}` })
const press = async (page, ...keys) => { for (const key of keys) await page.keyboard.press(key) }
const settle = (page, ms = 250) => page.waitForTimeout(ms)

async function startCall(page) {
  await page.locator('.stage-pane .button.main').first().click()
  await page.locator('.stage').waitFor()
  await page.waitForFunction(() => window.fakeCall.peer !== null)
}
async function goLive(page, portrait = true) {
  await startCall(page)
  await page.evaluate((tall) => { window.fakeCall.agree(); return window.fakeCall.picture(tall) }, portrait)
  await page.locator('.picture.shown').waitFor()
  await page.evaluate(() => window.fakeCall.quality(0.004, 46))
  await page.mouse.move(200, 400)
  await settle(page, 1_200)
}

const states = {
  sign_in: { fake: 'signed-out', path: '/sign-in' },
  sign_in_empty: { fake: 'signed-out', path: '/sign-in', run: (page) => page.locator('button[type=submit]').click() },
  sign_in_wrong: { fake: 'signed-out', path: '/sign-in', run: (page) => tryWrong(page, 1) },
  sign_in_locked: { fake: 'signed-out', path: '/sign-in', run: (page) => tryWrong(page, 3) },
  password: { fake: 'one-time', path: '/' },
  password_faults: { fake: 'one-time', path: '/', run: async (page) => {
    await page.locator('#password-current').fill('rain-maple'); await page.locator('#password-new').fill('short'); await page.locator('#password-repeat').fill('other'); await page.locator('button[type=submit]').click()
  } },
  unreachable: { fake: 'offline', path: '/' },
  desk: { path: '/' },
  queue_loading: { path: '/', run: async (page) => { await page.evaluate(() => { window.fakeWorld.asked.names.add('slow') }); await page.locator('.filters label').nth(1).click() } },
  queue_empty: { fake: 'empty', path: '/' },
  queue_failed: { fake: 'broken', path: '/' },
  queue_no_match: { path: '/', run: async (page) => { await page.locator('#queue-search').fill('ZX-900'); await settle(page, 600) } },
  desk_offline: { fake: 'desk-offline', path: '/' },
  ticket: openTicket(),
  ticket_long: openTicket('t3'),
  ticket_muxing: openTicket('t5'),
  ticket_declined: openTicket('t7'),
  ticket_failed_recording: openTicket('t9'),
  ticket_closed: openTicket('t11'),
  ticket_missing: openTicket('nope'),
  ticket_details: { ...openTicket(), narrow: true, run: (page) => page.locator('.narrow-nav .button').last().click() },
  notes_conflict: { ...openTicket(), fake: 'notes-conflict', details: true, run: typeNotes },
  notes_failed: { ...openTicket(), fake: 'notes-fail', details: true, run: typeNotes },
  photo: { ...openTicket(), run: (page) => page.locator('.photos li button').nth(2).click() },
  close_ticket: { ...openTicket(), details: true, run: (page) => page.locator('.pane footer .button').click() },
  new_ticket: { path: '/', run: (page) => press(page, 'n') },
  new_ticket_faults: { path: '/', run: async (page) => { await press(page, 'n'); await page.locator('#new-subject:focus').waitFor(); await page.locator('#new-line-0-price').fill('-3'); await page.locator('dialog .button.main').click() } },
  keys: { path: '/', run: (page) => press(page, '?') },
  account: { path: '/', run: (page) => page.locator('header summary').click() },
  expired: { ...openTicket(), run: async (page) => { await page.evaluate(() => { window.fakeWorld.signedIn = false }); await page.evaluate(() => document.querySelectorAll('[data-ticket]')[3]?.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }))); await page.locator('dialog').waitFor({ timeout: 3_000 }).catch(() => page.locator('.narrow-nav .button').first().click()) } },
  call_full: { ...openTicket(), fake: 'full', run: async (page) => { await page.locator('.stage-pane .button.main').first().click(); await settle(page) } },
  call_invite: { ...openTicket(), run: startCall },
  call_invite_step: { ...openTicket(), run: async (page) => { await startCall(page); await fake(page, () => window.fakeCall.step('checking_camera')) } },
  call_invite_declined: { ...openTicket(), run: async (page) => { await startCall(page); await fake(page, () => window.fakeCall.step('declined')) } },
  call_invite_no_link: { ...openTicket(), run: async (page) => {
    await fake(page, () => window.fakeWorld.putCall({ callId: 'k1', ticketId: 't1', state: 'waiting', buyerStep: 'opened', agentName: '陈思远', createdAt: new Date().toISOString(), startedAt: null, endedAt: null, endReason: null, recording: null, rating: null, earlierRecordings: [] }))
    await startCall(page)
  } },
  call_waiting_picture: { ...openTicket(), run: async (page) => { await startCall(page); await fake(page, () => { window.fakeCall.agree(); window.fakeCall.person('buyer', {}); window.fakeCall.step('checking_camera') }) } },
  call_live: { ...openTicket(), run: (page) => goLive(page) },
  call_live_wide: { ...openTicket(), run: (page) => goLive(page, false) },
  call_live_people: { ...openTicket('t3'), run: async (page) => {
    await goLive(page)
    await press(page, 'm', 'v')
    await fake(page, () => { window.fakeCall.person('a2', { role: 'supervisor', displayName: 'Maximilian Featherstonehaugh-Cholmondeley' }); window.fakeCall.person('a3', { role: 'expert', displayName: '赵敏 🌙', connection: 'reconnecting' }); window.fakeCall.quality(0.13, 640) })
    await settle(page, 900)
  } },
  call_devices: { ...openTicket(), run: async (page) => { await goLive(page); await page.locator('.toolbar summary').click() } },
  call_camera_off: { ...openTicket(), run: async (page) => { await goLive(page); await fake(page, () => window.fakeCall.person('buyer', { publications: [{ publicationId: 'bc', kind: 'video', source: 'camera', muted: true, active: false }] })) } },
  call_buyer_reconnecting: { ...openTicket(), run: async (page) => { await goLive(page); await fake(page, () => window.fakeCall.person('buyer', { connection: 'reconnecting' })) } },
  call_buyer_gone: { ...openTicket(), run: async (page) => { await goLive(page); await fake(page, () => window.fakeCall.gone('buyer')) } },
  call_reconnecting: { ...openTicket(), run: async (page) => { await goLive(page); await fake(page, () => window.fakeCall.cut()); await settle(page, 1_500) } },
  call_replaced: { ...openTicket(), run: async (page) => { await goLive(page); await fake(page, () => window.fakeCall.replace()) } },
  call_refused: { ...openTicket(), fake: 'refused', run: async (page) => { await page.locator('.stage-pane .button.main').first().click(); await settle(page, 500) } },
  call_elsewhere: { ...openTicket(), run: async (page) => { await goLive(page); await page.evaluate(() => window.history.pushState(null, '', '/desk/tickets/t2')); await page.evaluate(() => window.dispatchEvent(new PopStateEvent('popstate', { state: window.history.state }))); await settle(page, 900) } },
  call_ended: { ...openTicket(), run: async (page) => { await goLive(page); await page.mouse.move(400, 400); await page.locator('.tool.end').click(); await settle(page, 800) } },
  agents: { path: '/admin/agents' },
  agent_new: { path: '/admin/agents', run: (page) => page.locator('.page header .button').click() },
  agent_edit: { path: '/admin/agents', run: (page) => page.locator('tbody .button').nth(2).click() },
  agent_password: { path: '/admin/agents', run: async (page) => { await page.locator('.page header .button').click(); await page.locator('#agent-name').fill('周晚'); await page.locator('#agent-email').fill('zhou.wan@shengyu.example'); await page.locator('dialog .button.main').click() } },
  first_frame: { path: '/admin/first-frame' },
  first_frame_empty: { fake: 'empty', path: '/admin/first-frame' },
  not_found: { path: '/nowhere' },
}

async function tryWrong(page, times) {
  await page.locator('#sign-in-email').fill('lin.xiaoyu@shengyu.example')
  for (let n = 0; n < times; n++) { await page.locator('#sign-in-password').fill('wrong'); await page.locator('button[type=submit]').click(); await settle(page, 250) }
}
async function typeNotes(page) {
  await page.locator('#ticket-notes').press('End')
  await page.locator('#ticket-notes').pressSequentially(' 已看到左耳指示灯不亮。')
  await page.locator('#ticket-notes').blur()
  await settle(page, 700)
}

const recording = execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=10:duration=12', '-c:v', 'libvpx', '-deadline', 'realtime', '-b:v', '300k', '-f', 'webm', 'pipe:1'])

// Built once, not served by vite: a hundred modules fetched anew for each picture take longer than a busy machine gives a page.
const site = mkdtempSync(join(tmpdir(), 'desk-'))
process.env.PAGE = 'agent-console'
await build({ configFile: 'vite.config.ts', mode: 'fake', logLevel: 'warn', build: { outDir: site, emptyOutDir: true, minify: false } })
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://desk')
  const file = pathname.startsWith('/assets/') ? pathname : '/agent-console/index.html'
  response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(site + file))
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const base = `http://127.0.0.1:${server.address().port}/desk`
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--disable-features=WebRtcHideLocalIpsWithMdns'],
})

/** Long: on a busy machine a page that is right may take a minute. */
const patienceMilliseconds = 90_000
let count = 0
let faults = 0
const names = only === '' ? Object.keys(states) : only.split(',')
for (const size of sizes.split(',')) for (const lang of langs.split(',')) for (const theme of themes.split(',')) for (const name of names) {
  const state = states[name]
  const [width, height] = size.split('x').map(Number)
  const narrow = width < 941
  if (state.narrow === true && !narrow) continue
  const context = await browser.newContext({ viewport: { width, height }, locale: lang, colorScheme: theme })
  context.setDefaultTimeout(patienceMilliseconds)
  const page = await context.newPage()
  const label = `${name}.${size}.${lang}.${theme}`
  page.on('pageerror', (error) => console.error(label, 'page error', error.message))
  await page.route('**/fake/recording.webm', (route) => route.fulfill({ body: recording, contentType: 'video/webm' }))
  try {
    await page.goto(`${base}${state.path}?fake=${state.fake ?? ''}`)
    await page.waitForFunction(() => document.querySelector('.boot[aria-busy]') === null && [...document.querySelectorAll('h1, h2')].some((one) => one.offsetParent !== null))
    await settle(page)
    if (narrow && state.details === true) await page.locator('.narrow-nav .button').last().click()
    await state.run?.(page)
    await settle(page)
    await page.screenshot({ path: `${folder}/${label}.png` })
    const report = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze()
    for (const one of report.violations) { faults++; console.error(`AXE ${label} ${one.id} (${one.impact}): ${one.nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? ''}`).join(' | ')}`) }
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1)) { faults++; console.error(`OVERFLOW ${label}`) }
    count++
  } catch (error) {
    faults++
    console.error(`FAILED ${label}: ${String(error).split('\n')[0]}`)
    await page.screenshot({ path: `${folder}/${label}.failed.png` }).catch(() => undefined)
  }
  await context.close()
}
await browser.close()
server.closeAllConnections()
server.close()
rmSync(site, { recursive: true })
console.log(`${count} screenshots in ${folder}, ${faults} faults`)
process.exit(faults === 0 ? 0 : 1)
