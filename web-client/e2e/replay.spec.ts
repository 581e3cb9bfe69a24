import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { type Browser, type BrowserContext, expect, type Page, test } from '@playwright/test'
import type { ReviewView, TicketView } from '../src/contracts/generated'
import { launchFirefox } from './support/firefox'
import { adminEmail, adminPassword, Hub } from './support/hub'
import { desktop, framesShown, launch, phone, readPattern } from './support/people'
import { changeOneByte, expectVerdict, pace, picture, playhead, press, secondsOf, seekTo, verifyOffline, voiceOffsets, voices } from './support/replay'
import { buyerVideoOnDesk, connectedCall, pressTool } from './support/scene'
import { closeAll, startAll } from './support/stage'

/** Largest first: the files of a recording as they lie in the store. */
function storedFiles(folder: string, ending: RegExp): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
    .filter((path) => ending.test(path) && statSync(path).isFile()).toSorted((a, b) => statSync(b).size - statSync(a).size)
}

const measured = (description: string): void => { test.info().annotations.push({ type: 'measured', description }) }

test.describe('a recorded call', () => {
  test.describe.configure({ mode: 'serial', timeout: 180_000 })
  let hub: Hub, agentBrowser: Browser, buyerBrowser: Browser
  let desk: BrowserContext, handset: BrowserContext
  let page: Page
  let review: ReviewView
  let receiptLink: string

  test.beforeAll(async () => {
    [hub, agentBrowser, buyerBrowser] = await startAll(Hub.start(), launch('agent'), launch('buyer'))
    ;[desk, handset] = [await desktop(agentBrowser), await phone(buyerBrowser)]
    const { ticket, agent, buyer } = await connectedCall(hub, desk, handset)
    await agent.keyboard.press('v')
    await expect(buyer.getByLabel(/^Picture of/)).toBeVisible()
    await framesShown(agent, buyerVideoOnDesk, 60)
    await buyer.getByRole('button', { name: 'Mute', exact: true }).click()
    await framesShown(agent, buyerVideoOnDesk, 40)
    await buyer.getByRole('button', { name: 'Unmute', exact: true }).click()
    await framesShown(agent, buyerVideoOnDesk, 60)
    await pressTool(agent, /End call/)
    receiptLink = await buyer.getByRole('link', { name: 'Check it' }).evaluate((link: HTMLAnchorElement) => link.href)
    const [call] = (await hub.call<TicketView>('GET', `/api/tickets/${ticket.ticketId}`)).calls
    const { recording } = await hub.finishedCall(call!.callId, 120_000)
    expect(recording.state, recording.reason).toMatch(/ready|partial/)
    await expect.poll(async () => (review = await hub.call<ReviewView>('GET', `/api/recordings/${recording.recordingId}/review`)).seal !== null && review.playback?.waveformUrl != null && review.playback.storyboardUrl !== null,
      { timeout: 90_000, intervals: [1_000], message: 'sealed, with all its files' }).toBe(true)
    await closeAll(buyer, agent)
    page = await desk.newPage()
  })
  test.afterAll(() => closeAll(hub, agentBrowser, buyerBrowser))
  test.afterEach(async () => {
    if (test.info().status !== test.info().expectedStatus) {
      await page?.screenshot({ path: test.info().outputPath('replay.png') })
      writeFileSync(test.info().outputPath('hub.log'), hub.output)
    }
  })

  const length = (): number => review.case.durationSeconds

  test('is found by its ticket and plays within a second of pressing play', async () => {
    await page.goto(`${hub.url}/desk/review`)
    await page.getByRole('searchbox').fill(`T-${review.case.ticketNumber}`)
    await expect(page).toHaveURL(/q=T-/)
    await page.locator(`[data-recording="${review.case.recordingId}"] a`).click()
    await expect.poll(() => page.locator(picture).evaluate((video: HTMLVideoElement) => video.readyState)).toBeGreaterThanOrEqual(2)
    const before = await playhead(page)
    const pressed = Date.now()
    await page.keyboard.press('k')
    await expect.poll(() => playhead(page), { intervals: [50] }).toBeGreaterThan(before + 0.1)
    const tookMs = Date.now() - pressed
    measured(`playing ${tookMs} ms after the key`)
    expect(tookMs, 'a tenth of a second is played within a second, with what asking costs').toBeLessThan(1_500)
    await expect.poll(async () => (await readPattern(page, picture))?.counter ?? -1).toBeGreaterThanOrEqual(0)
  })

  test('seeks anywhere, and keeps picture and voices together', async () => {
    for (const fraction of [0.8, 0.1, 0.5, 0.2]) await seekTo(page, fraction, length())
    await expect.poll(async () => (await voices(page)).map((one) => one.playing)).toEqual([true, true])
    const offsets = await voiceOffsets(page)
    expect(offsets.length, 'both voices play').toBeGreaterThanOrEqual(40)
    const spread = Math.max(...offsets) - Math.min(...offsets)
    measured(`voices within ${(spread * 1000).toFixed(0)} ms of the picture's clock`)
    expect(spread).toBeLessThan(0.25)
  })

  test('shows the agent’s camera beside the buyer’s, at the same moment', async () => {
    const beside = page.locator('.others video')
    await expect(beside).toBeVisible()
    const apart = () => page.evaluate((css) => Math.abs(document.querySelector<HTMLVideoElement>('.others video')!.currentTime - document.querySelector<HTMLVideoElement>(css)!.currentTime), picture)
    await expect.poll(() => beside.evaluate((video: HTMLVideoElement) => video.videoWidth)).toBeGreaterThan(0)
    // Each begins with its own first frame: what counts is that the distance stays.
    const first = await apart()
    await seekTo(page, 0.6, length())
    await expect.poll(async () => Math.abs(await apart() - first), { intervals: [50] }).toBeLessThan(0.25)
  })

  test('plays at half and at four times its speed', async () => {
    const chosen = page.getByLabel('Speed')
    for (const [speed, key, from] of [[0.5, 'ArrowDown', 0.3], [4, 'ArrowUp', 0.05]] as const) {
      for (let presses = 0; presses < 8 && await chosen.inputValue() !== String(speed); presses++) await page.keyboard.press(key)
      await seekTo(page, from, length())
      if (await page.getByRole('button', { name: 'Play', exact: true }).count() > 0) await page.keyboard.press('k')
      await expect.poll(() => pace(page), { message: `seconds in a second at ${speed}`, intervals: [50] }).toBeGreaterThan(speed * 0.7)
      expect(await page.locator(picture).evaluate((video: HTMLVideoElement) => video.playbackRate)).toBeCloseTo(speed, 1)
    }
    await chosen.selectOption('1')
    await page.locator('h1').click()
  })

  test('steps by single frames, forward and back', async () => {
    if (await page.getByRole('button', { name: 'Pause', exact: true }).count() > 0) await page.keyboard.press('k')
    await seekTo(page, 0.4, length())
    const counters: number[] = []
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowLeft', 'ArrowLeft']) {
      const before = await playhead(page)
      await page.keyboard.press(key)
      await expect.poll(() => playhead(page), { intervals: [30] }).not.toBe(before)
      counters.push((await readPattern(page, picture))?.counter ?? -1)
    }
    expect(counters[1]! - counters[0]!).toBeGreaterThan(0)
    expect(counters[2]! - counters[1]!).toBeGreaterThan(0)
    expect(counters[3]!, 'back to the frame before').toBe(counters[1])
    expect(counters[4]!).toBe(counters[0])
  })

  test('mutes each voice apart', async () => {
    const muted = async (): Promise<readonly boolean[]> => (await voices(page)).map((one) => one.muted)
    await page.getByRole('button', { name: /^Buyer/ }).click()
    expect((await muted()).filter((one) => one)).toHaveLength(1)
    await page.getByRole('button', { name: /^Agent/ }).click()
    expect(await muted()).toEqual([true, true])
    await page.getByRole('button', { name: /^Buyer/ }).click()
    expect((await muted()).filter((one) => one)).toHaveLength(1)
  })

  test('shows on one timeline what was seen, said and done', async () => {
    const scrub = (await page.locator('.scrub').boundingBox())!
    await page.mouse.move(scrub.x + scrub.width * 0.6, scrub.y + 10)
    const tile = page.locator('.preview .tile')
    await expect(tile, 'the picture of that moment').toBeVisible()
    const sheet = await tile.evaluate((one) => /url\("(.+)"\)/.exec(getComputedStyle(one).backgroundImage)?.[1] ?? '')
    expect((await page.request.get(sheet)).headers()['content-type']).toMatch(/^image\//)
    expect(Math.abs(secondsOf(await page.locator('.preview .figures').innerText()) - 0.6 * length())).toBeLessThan(0.5)
    const waves = await page.locator('.voice-row .wave path').evaluateAll((all) => all.map((one) => new Set((one.getAttribute('d') ?? '').split('L').map((point) => point.split(' ')[1])).size))
    expect(waves, 'both voices have an outline').toHaveLength(2)
    for (const heights of waves) expect(heights, 'beeps and silence').toBeGreaterThan(10)
    for (const lane of ['consent', 'people', 'mute']) await expect(page.locator(`.lane-${lane} .item`).first(), lane).toBeVisible()
    const mute = page.locator('.lane-mute .item').first()
    await mute.click()
    const at = secondsOf(/^[\d:]+/.exec(await mute.getAttribute('title') ?? '')?.[0] ?? '')
    expect(Math.abs(await playhead(page) - at), 'a click goes to where it happened').toBeLessThan(1.1)
  })

  test('is Verified by the browser, and its pages have no serious accessibility fault', async () => {
    await expectVerdict(page, 'verified')
    const faults: string[] = []
    for (const path of [`/review/${review.case.recordingId}`, '/review', '/admin/retention', '/admin/storage']) {
      await page.goto(`${hub.url}/desk${path}`)
      await expect(page.locator('h1').first()).toBeVisible()
      await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
      faults.push(...violations.filter((one) => one.impact === 'serious' || one.impact === 'critical').map((one) => `${path} ${one.id}: ${one.nodes[0]?.target.join(' ')}`))
    }
    expect(faults).toEqual([])
  })

  test('is exported from the page as a package that the offline tool finds Verified, and Failed after one byte', async () => {
    await page.goto(`${hub.url}/desk/review/${review.case.recordingId}`)
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /ZIP/ }).click()])
    const [zip, changed] = [test.info().outputPath('evidence.zip'), test.info().outputPath('changed.zip')]
    await download.saveAs(zip)
    expect(download.suggestedFilename()).toMatch(/\.zip$/)
    const whole = await verifyOffline(zip)
    expect(whole.text).toMatch(/^Verified/)
    expect(whole.exitCode).toBe(0)
    changeOneByte(zip, changed)
    const failed = await verifyOffline(changed)
    expect(failed.text).toMatch(/^Failed/)
    expect(failed.exitCode).toBe(1)
    expect(failed.text, 'and where').toMatch(/\[FAILED\] +\S+ +[\w.-]+\/?[\w.-]*:/)
  })

  test('can be held, so that nothing deletes it, and released again', async () => {
    await press(page, 'Put on hold')
    await page.locator('#reason-text').fill('The platform asks for it')
    await page.locator('dialog .button.main').click()
    await expect(page.locator('.holds')).toContainText('The platform asks for it')
    expect((await hub.call<ReviewView>('GET', `/api/recordings/${review.case.recordingId}/review?viewId=${review.viewId}`)).case.onHold).toBe(true)
    await page.locator('.holds .button').click()
    await page.locator('.holds .sure .button').first().click()
    await expect(page.locator('.holds')).toHaveCount(0)
  })

  test('has a custody log that tells who viewed, exported and held it', async () => {
    await page.locator('#custody-heading').click()
    await expect(page.locator('.chain')).toHaveClass(/good/)
    for (const kind of ['Signed and sealed', 'Receipt issued', 'Opened for review', 'Viewed', 'Evidence package exported', 'Put on hold', 'Hold released']) {
      await expect(page.locator('.chain ~ ol strong', { hasText: kind }).first(), kind).toBeVisible()
    }
  })

  test('has a receipt on the buyer’s last page that anybody can check', async () => {
    expect(receiptLink).toBe(`${hub.url}/r/${review.seal!.receiptCode}`)
    const visitor = await (await buyerBrowser.newContext({ locale: 'en-US' })).newPage()
    await visitor.goto(receiptLink)
    await expect(visitor.getByRole('heading', { name: 'The receipt is genuine' })).toBeVisible()
    await visitor.goto(`${hub.url}/r/R-0000-0000-0000`)
    await expect(visitor.getByRole('heading', { name: 'There is no such receipt' })).toBeVisible()
    await visitor.context().close()
  })

  test('plays in Firefox too, with both voices at hand', async () => {
    const firefox = await launchFirefox()
    try {
      const foreign = await firefox.newPage()
      await foreign.goto(`${hub.url}/desk/review/${review.case.recordingId}`)
      await foreign.locator('#sign-in-email').fill(adminEmail)
      await foreign.locator('#sign-in-password').fill(adminPassword)
      await foreign.locator('button[type=submit]').click()
      const state = () => foreign.evaluate((css) => ({
        at: document.querySelector<HTMLVideoElement>(css)?.currentTime ?? 0, width: document.querySelector<HTMLVideoElement>(css)?.videoWidth ?? 0,
        time: document.querySelector('[data-time]')?.textContent ?? '', failed: document.querySelectorAll('.stage [role=alert]').length,
      }), picture)
      await expect.poll(async () => (await state()).width, { timeout: 20_000 }).toBeGreaterThan(0)
      expect(await foreign.evaluate(() => document.querySelectorAll('.voice:not(:disabled)').length)).toBe(2)
      // From here on the voices cannot be asked for: Firefox gives sound up where there is no device for it, as on a machine of tests.
      await foreign.locator('.play:not([disabled])').click()
      await expect.poll(async () => (await state()).at, { timeout: 20_000 }).toBeGreaterThan(1)
      const seen = await state()
      expect(Math.abs(secondsOf(seen.time) - seen.at), 'the clock on the page, drawn when the machine finds time').toBeLessThan(1.5)
      expect(seen.failed, 'the picture could not be played').toBe(0)
    } finally {
      await firefox.close()
    }
  })

  test('fails, and says where, when a byte of the journal is changed on the disk', async () => {
    const [segment] = storedFiles(hub.dataFolder, /\.seg$/)
    expect(segment, 'a segment in the store').toBeDefined()
    const putRight = changeOneByte(segment!)
    await page.goto(`${hub.url}/desk/review/${review.case.recordingId}`)
    expect(await expectVerdict(page, 'failed')).toMatch(/journal-\d+-\d{6}\.seg/)
    await expect(page.locator('.integrity .why').filter({ hasText: /block \d+/ }).first()).toBeVisible()
    putRight()
    await press(page, 'Check again')
    await expectVerdict(page, 'verified')
  })

  test('fails, and says which, when a byte of a sealed file is changed on the disk', async () => {
    const [file] = storedFiles(hub.dataFolder, /playback\.mp4$/)
    expect(file, 'the file for download in the store').toBeDefined()
    const putRight = changeOneByte(file!)
    await page.goto(`${hub.url}/desk/review/${review.case.recordingId}`)
    expect(await expectVerdict(page, 'failed')).toContain('playback.mp4')
    putRight()
  })
})
