// Every state of the agent's desk: the fake world it opens in, its address and what a person does to get there.
import { photo } from './photo.mjs'
import { reviewStates } from './review-states.mjs'

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {{ path: string, fake?: string, narrow?: boolean, details?: boolean, run?: (page: Page) => Promise<unknown> }} DeskState
 *  `narrow`: exists on narrow screens only. `details`: happens in the ticket's third column, which a narrow screen opens by a button. */

const fake = (page, run) => page.evaluate(run)
const openTicket = (id = 't1') => ({ path: `/tickets/${id}` })
const press = async (page, ...keys) => { for (const key of keys) await page.keyboard.press(key) }
const settle = (page, ms = 250) => page.waitForTimeout(ms)
/** The tools of a call go away when idle, and a busy machine is slower than that. */
const pressTool = (page, selector) => page.locator(selector).evaluate((tool) => tool.click())

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

/** A weak network: photos (or only sound) in place of the buyer's picture. */
async function weakCall(page, sends, receives, hasPhoto) {
  await page.route('**/api/calls/*/stills/*', (route) => route.fulfill({ contentType: 'image/jpeg', body: photo() }))
  await goLive(page)
  await page.evaluate(([up, down, photo]) => { window.fakeCall.weak(up, down); if (photo) window.fakeCall.still() }, [sends, receives, hasPhoto])
  await settle(page, 900)
}

/** @type {Readonly<Record<string, DeskState>>} */
export const deskStates = {
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
  call_devices: { ...openTicket(), run: async (page) => { await goLive(page); await pressTool(page, '.toolbar summary') } },
  call_camera_off: { ...openTicket(), run: async (page) => { await goLive(page); await fake(page, () => window.fakeCall.person('buyer', { publications: [{ publicationId: 'bc', kind: 'video', source: 'camera', muted: true, active: false }] })) } },
  call_recording_alarms: { ...openTicket(), run: async (page) => { await goLive(page); await fake(page, () => { window.fakeCall.alarm('disk_low'); window.fakeCall.alarm('video_off'); window.fakeCall.alarm('clock_step') }); await settle(page, 600) } },
  call_photos: { ...openTicket(), run: (page) => weakCall(page, 'stills', 'video', true) },
  call_photos_waiting: { ...openTicket(), run: (page) => weakCall(page, 'stills', 'video', false) },
  call_photos_own: { ...openTicket(), run: async (page) => { await weakCall(page, 'video', 'video', true); await page.evaluate(() => window.fakeCall.weak('video', 'stills', 'me')); await settle(page, 600) } },
  call_sound_only: { ...openTicket(), run: (page) => weakCall(page, 'audio_only', 'video', false) },
  call_buyer_reconnecting: { ...openTicket(), run: async (page) => { await goLive(page); await fake(page, () => window.fakeCall.person('buyer', { connection: 'reconnecting' })) } },
  call_buyer_gone: { ...openTicket(), run: async (page) => { await goLive(page); await fake(page, () => window.fakeCall.gone('buyer')) } },
  call_reconnecting: { ...openTicket(), run: async (page) => { await goLive(page); await fake(page, () => window.fakeCall.cut()); await settle(page, 1_500) } },
  call_replaced: { ...openTicket(), run: async (page) => { await goLive(page); await fake(page, () => window.fakeCall.replace()) } },
  call_refused: { ...openTicket(), fake: 'refused', run: async (page) => { await page.locator('.stage-pane .button.main').first().click(); await settle(page, 500) } },
  call_elsewhere: { ...openTicket(), run: async (page) => { await goLive(page); await page.evaluate(() => window.history.pushState(null, '', '/desk/tickets/t2')); await page.evaluate(() => window.dispatchEvent(new PopStateEvent('popstate', { state: window.history.state }))); await settle(page, 900) } },
  call_ended: { ...openTicket(), run: async (page) => { await goLive(page); await pressTool(page, '.tool.end'); await settle(page, 800) } },
  agents: { path: '/admin/agents' },
  agent_new: { path: '/admin/agents', run: (page) => page.locator('.page header .button').click() },
  agent_edit: { path: '/admin/agents', run: (page) => page.locator('tbody .button').nth(2).click() },
  agent_password: { path: '/admin/agents', run: async (page) => { await page.locator('.page header .button').click(); await page.locator('#agent-name').fill('周晚'); await page.locator('#agent-email').fill('zhou.wan@shengyu.example'); await page.locator('dialog .button.main').click() } },
  first_frame: { path: '/admin/first-frame' },
  first_frame_empty: { fake: 'empty', path: '/admin/first-frame' },
  not_found: { path: '/nowhere' },
  ...reviewStates,
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
