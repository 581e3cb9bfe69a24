import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import AxeBuilder from '@axe-core/playwright'
import { type Browser, type BrowserContext, expect, type Page, test } from '@playwright/test'
import type { ReviewView, TicketView } from '../src/contracts/generated'
import { Hub } from './support/hub'
import { desktop, framesShown, launch, phone, readPattern } from './support/people'
import { repository } from './support/paths'
import { buyerVideoOnDesk, connectedCall, pressTool } from './support/scene'
import { closeAll, startAll } from './support/stage'

const picture = 'video[aria-label="The buyer’s picture"]'
const verifyDll = `${repository}src/AfterSales.Video.Verify/bin/Release/net10.0/AfterSales.Video.Verify.dll`

const playhead = (page: Page): Promise<number> => page.locator('[data-time]').innerText().then((text) => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0))
const pictureTime = (page: Page): Promise<number> => page.locator(picture).evaluate((video: HTMLVideoElement) => video.currentTime)

async function seekTo(page: Page, fraction: number): Promise<void> {
  const box = (await page.locator('.scrub').boundingBox())!
  await page.mouse.click(box.x + box.width * fraction, box.y + box.height / 2)
}

/** Largest first: the files of a recording as they lie in the store. */
function storedFiles(folder: string, ending: RegExp): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
    .filter((path) => ending.test(path) && statSync(path).isFile()).toSorted((a, b) => statSync(b).size - statSync(a).size)
}

test.describe('a recorded call', () => {
  test.describe.configure({ mode: 'serial', timeout: 180_000 })
  let hub: Hub, agentBrowser: Browser, buyerBrowser: Browser
  let desk: BrowserContext, handset: BrowserContext
  let page: Page
  let review: ReviewView

  test.beforeAll(async () => {
    [hub, agentBrowser, buyerBrowser] = await startAll(Hub.start(), launch('agent'), launch('buyer'))
    ;[desk, handset] = [await desktop(agentBrowser), await phone(buyerBrowser)]
    const { ticket, agent, buyer } = await connectedCall(hub, desk, handset)
    await framesShown(agent, buyerVideoOnDesk, 240)
    await pressTool(agent, /End call/)
    await expect(buyer.getByText(/R-[0-9A-Z]{4}-/)).toBeVisible({ timeout: 60_000 })
    const [call] = (await hub.call<TicketView>('GET', `/api/tickets/${ticket.ticketId}`)).calls
    const { recording } = await hub.finishedCall(call!.callId, 120_000)
    expect(recording.state, recording.reason).toMatch(/ready|partial/)
    await expect.poll(async () => (review = await hub.call<ReviewView>('GET', `/api/recordings/${recording.recordingId}/review`)).seal !== null && review.playback?.waveformUrl != null, { timeout: 90_000, intervals: [1_000], message: 'sealed, with all its files' }).toBe(true)
    await buyer.close()
    await agent.close()
    page = await desk.newPage()
  })
  test.afterAll(() => closeAll(hub, agentBrowser, buyerBrowser))
  test.afterEach(async () => {
    if (test.info().status !== test.info().expectedStatus) {
      await page.screenshot({ path: test.info().outputPath('replay.png') })
      writeFileSync(test.info().outputPath('hub.log'), hub.output)
    }
  })

  test('is found in the list and plays within a second of pressing play', async () => {
    await page.goto(`${hub.url}/desk/review?q=T-${review.case.ticketNumber}`)
    await page.locator(`[data-recording="${review.case.recordingId}"] a`).click()
    await expect.poll(() => page.locator(picture).evaluate((video: HTMLVideoElement) => video.readyState)).toBeGreaterThanOrEqual(2)
    const before = await playhead(page)
    const pressed = Date.now()
    await page.keyboard.press('k')
    await expect.poll(() => playhead(page), { intervals: [50] }).toBeGreaterThan(before + 0.1)
    const tookMs = Date.now() - pressed
    test.info().annotations.push({ type: 'measured', description: `playing ${tookMs} ms after the key` })
    expect(tookMs, 'a tenth of a second is played within a second, with what asking costs').toBeLessThan(1_500)
    await expect.poll(async () => (await readPattern(page, picture))?.counter ?? -1).toBeGreaterThanOrEqual(0)
  })

  test('seeks anywhere, and keeps picture and voices together', async () => {
    for (const fraction of [0.7, 0.2, 0.5]) {
      await seekTo(page, fraction)
      await expect.poll(async () => Math.abs(await playhead(page) - fraction * review.case.durationSeconds), { intervals: [50] }).toBeLessThan(1.5)
      await expect.poll(() => page.locator(picture).evaluate((video: HTMLVideoElement) => !video.seeking && video.readyState >= 2)).toBe(true)
    }
    const offsets = await page.evaluate(async (css) => {
      const video = document.querySelector<HTMLVideoElement>(css)!
      const sounds = [...(window as unknown as { __players: Set<HTMLMediaElement> }).__players].filter((one) => one instanceof HTMLAudioElement && !one.paused)
      const found: number[] = []
      for (let n = 0; n < 20; n++) {
        await new Promise((resolve) => { setTimeout(resolve, 100) })
        for (const sound of sounds) found.push(sound.currentTime - video.currentTime)
      }
      return found
    }, picture)
    expect(offsets.length, 'both voices play').toBeGreaterThanOrEqual(40)
    const spread = Math.max(...offsets) - Math.min(...offsets)
    test.info().annotations.push({ type: 'measured', description: `voices within ${(spread * 1000).toFixed(0)} ms of the picture's clock` })
    expect(spread).toBeLessThan(0.25)
  })

  test('steps by single frames, forward and back', async () => {
    if (await page.getByRole('button', { name: 'Pause', exact: true }).count() > 0) await page.keyboard.press('k')
    await seekTo(page, 0.4)
    await expect.poll(() => page.locator(picture).evaluate((video: HTMLVideoElement) => !video.seeking)).toBe(true)
    const counters: number[] = []
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowLeft', 'ArrowLeft']) {
      const before = await pictureTime(page)
      await page.keyboard.press(key)
      await expect.poll(() => pictureTime(page), { intervals: [30] }).not.toBe(before)
      await page.waitForFunction((css) => !document.querySelector<HTMLVideoElement>(css)!.seeking, picture)
      counters.push((await readPattern(page, picture))?.counter ?? -1)
    }
    expect(counters[1]! - counters[0]!).toBeGreaterThan(0)
    expect(counters[2]! - counters[1]!).toBeGreaterThan(0)
    expect(counters[3]!, 'back to the frame before').toBe(counters[1])
    expect(counters[4]!).toBe(counters[0])
  })

  test('mutes each voice apart', async () => {
    const muted = (): Promise<readonly boolean[]> => page.evaluate(() => [...(window as unknown as { __players: Set<HTMLMediaElement> }).__players].filter((one) => one instanceof HTMLAudioElement).map((one) => one.muted))
    await page.getByRole('button', { name: /^Buyer/ }).click()
    expect((await muted()).filter((one) => one)).toHaveLength(1)
    await page.getByRole('button', { name: /^Agent/ }).click()
    expect(await muted()).toEqual([true, true])
    await page.getByRole('button', { name: /^Buyer/ }).click()
    expect((await muted()).filter((one) => one)).toHaveLength(1)
  })

  test('is Verified by the browser, and its pages have no serious accessibility fault', async () => {
    await expect(page.locator('.integrity [data-verdict]')).toHaveAttribute('data-verdict', 'verified', { timeout: 60_000 })
    const faults: string[] = []
    for (const path of [`/review/${review.case.recordingId}`, '/review', '/admin/retention', '/admin/storage']) {
      await page.goto(`${hub.url}/desk${path}`)
      await expect(page.locator('h1').first()).toBeVisible()
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
      faults.push(...violations.filter((one) => one.impact === 'serious' || one.impact === 'critical').map((one) => `${path} ${one.id}: ${one.nodes[0]?.target.join(' ')}`))
    }
    expect(faults).toEqual([])
  })

  test('is exported as a package that the offline tool finds Verified', async () => {
    const zip = test.info().outputPath('evidence.zip')
    writeFileSync(zip, await hub.download(review.seal!.exportUrl))
    const { stdout } = await promisify(execFile)('dotnet', [verifyDll, zip])
    expect(stdout).toContain('Verified')
  })

  test('has a receipt anybody can check', async () => {
    const visitor = await (await buyerBrowser.newContext({ locale: 'en-US' })).newPage()
    await visitor.goto(`${hub.url}/r/${review.seal!.receiptCode}`)
    await expect(visitor.getByRole('heading', { name: 'The receipt is genuine' })).toBeVisible()
    await visitor.goto(`${hub.url}/r/R-0000-0000-0000`)
    await expect(visitor.getByRole('heading', { name: 'There is no such receipt' })).toBeVisible()
    await visitor.context().close()
  })

  test('fails, and says where, when a byte is changed on the disk', async () => {
    const [segment] = storedFiles(hub.dataFolder, /\.seg$/)
    expect(segment, 'a segment in the store').toBeDefined()
    const bytes = readFileSync(segment!)
    const middle = Math.floor(bytes.length / 2)
    bytes[middle] = bytes[middle]! ^ 1
    writeFileSync(segment!, bytes)
    await page.goto(`${hub.url}/desk/review/${review.case.recordingId}`)
    const verdict = page.locator('.integrity [data-verdict]')
    await expect(verdict).toHaveAttribute('data-verdict', 'failed', { timeout: 60_000 })
    await expect(verdict).toContainText(/journal-\d+-\d{6}\.seg/)
    await expect(page.locator('.integrity .why').filter({ hasText: /block \d+/ }).first()).toBeVisible()
  })
})
