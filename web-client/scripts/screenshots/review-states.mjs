// States of the review and keeping pages of the desk (see desk-states.mjs for their shape).
import { photo } from './photo.mjs'

/** @typedef {import('./desk-states.mjs').DeskState} DeskState */

const settle = (page, ms = 250) => page.waitForTimeout(ms)
const replay = (id = 'r1', more = {}) => ({ path: `/review/${id}`, run: shown, ...more })
const inPanel = async (page, selector) => { await page.locator(selector).first().evaluate((one) => one.scrollIntoView({ block: 'center' })); await settle(page, 100) }

/** The picture is decoded, the check is over, and the playhead stands where something is to be seen. */
async function shown(page, seconds = 8) {
  await page.locator('[data-verdict]').waitFor()
  await page.waitForFunction(() => [...document.querySelectorAll('video')].every((video) => video.offsetParent === null || video.readyState >= 2))
  const box = await page.locator('.scrub').boundingBox()
  await page.mouse.click(box.x + box.width * (seconds / 48), box.y + box.height / 2)
  await page.mouse.move(box.x + box.width / 2, box.y - 160)
  await page.waitForFunction(() => [...document.querySelectorAll('video')].every((video) => !video.seeking))
  await settle(page)
}
const checked = (more) => ({ ...replay('r1', more), run: async (page) => { await shown(page); if (page.viewportSize().width < 941) await inPanel(page, '.integrity') } })

/** @type {Readonly<Record<string, DeskState>>} */
export const reviewStates = {
  cases: { path: '/review' },
  cases_empty: { path: '/review', fake: 'empty' },
  cases_failed: { path: '/review', fake: 'broken' },
  cases_no_match: { path: '/review?q=ZX-900&held=1' },
  replay: replay(),
  replay_gap: replay('r1', { run: (page) => shown(page, 19.5) }),
  replay_pause: replay('r1', { run: (page) => shown(page, 25) }),
  replay_photos: replay('r1', { run: async (page) => {
    await page.route('**/fake/stills-buyer.mjpeg', (route) => route.fulfill({ status: 206, contentType: 'video/x-motion-jpeg', body: photo() }))
    await shown(page, 44)
    await page.locator('img.still').waitFor()
  } }),
  replay_hover: replay('r1', { run: async (page) => { await shown(page); const box = await page.locator('.scrub').boundingBox(); await page.mouse.move(box.x + box.width * 0.7, box.y + 20); await settle(page) } }),
  replay_marks: replay('r1', { run: async (page) => { await shown(page, 10); await page.keyboard.press('i'); const box = await page.locator('.scrub').boundingBox(); await page.mouse.click(box.x + box.width * 0.6, box.y + 20); await page.keyboard.press('o'); await settle(page) } }),
  replay_playing: replay('r1', { run: async (page) => { await shown(page); await page.keyboard.press('k'); await settle(page, 1_500) } }),
  replay_keys: replay('r1', { run: async (page) => { await shown(page); await page.keyboard.press('?'); await settle(page) } }),
  replay_making: replay('r1', { fake: 'making,unsealed', run: (page) => settle(page, 900) }),
  replay_quality: replay('r1', { run: async (page) => { await shown(page, 16); await inPanel(page, '.quality') } }),
  replay_without_quality: replay('r1', { fake: 'no-quality' }),
  replay_long: replay('r3'),
  replay_partial: replay('r4', { fake: 'recovered' }),
  replay_sound_only: replay('r7'),
  replay_muxing: replay('r2', { run: undefined }),
  replay_failed: replay('r5', { run: undefined }),
  replay_erased: replay('r6', { run: undefined }),
  replay_missing: { path: '/review/nope' },
  integrity_verified: checked({}),
  integrity_failed: checked({ fake: 'tampered' }),
  integrity_incomplete: checked({ fake: 'unreachable' }),
  integrity_checking: replay('r1', { fake: 'checking', run: async (page) => { await inPanel(page, '.integrity'); await settle(page, 900) } }),
  downloads: replay('r1', { fake: 'court', run: async (page) => { await shown(page); await inPanel(page, '#downloads-heading') } }),
  hold: replay('r1', { run: async (page) => { await shown(page); await page.locator('.panel .acts .button').first().click(); await page.locator('#reason-form').waitFor(); await page.locator('dialog .button.main').click() } }),
  erase: replay('r1', { run: async (page) => { await shown(page); await page.locator('.panel .acts .button').last().click(); await page.locator('#reason-form').waitFor() } }),
  keeping_held: replay('r3', { run: async (page) => { await shown(page); await inPanel(page, '#keeping-heading'); await page.locator('.holds .button').first().click() } }),
  custody: replay('r1', { run: async (page) => { await shown(page); await page.locator('#custody-heading').click(); await page.locator('.chain').waitFor(); await inPanel(page, '.chain') } }),
  retention: { path: '/admin/retention' },
  retention_faults: { path: '/admin/retention', run: async (page) => { await page.locator('#retention-mediaDaysAfterClose').fill('2000'); await page.locator('#retention-recordsDays').fill('900'); await settle(page) } },
  storage: { path: '/admin/storage' },
  storage_problem: { path: '/admin/storage', fake: 'waiting' },
}
