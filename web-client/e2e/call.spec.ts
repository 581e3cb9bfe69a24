import { writeFileSync } from 'node:fs'
import { type Browser, type BrowserContext, expect, test } from '@playwright/test'
import { analyse } from './support/content'
import { Hub } from './support/hub'
import { cameraFrames, desktop, framesShown, launch, listen, offersOf, phone, readPattern, watchCamera } from './support/people'
import { buyerVideoOnDesk, connectedCall, expectLivePicture, pressTool } from './support/scene'
import { closeAll, startAll } from './support/stage'

/** What every page showed when a test failed. */
async function keepPictures(...contexts: readonly BrowserContext[]): Promise<void> {
  for (const [i, page] of contexts.flatMap((c) => c.pages()).entries()) await page.screenshot({ path: test.info().outputPath(`page-${i}.png`) })
  writeFileSync(test.info().outputPath('hub.log'), hubOfTests?.output ?? '')
}
let hubOfTests: Hub | undefined

function spread(values: readonly number[]): { count: number, seconds: number } {
  return { count: values.length, seconds: Math.max(...values) - Math.min(...values) }
}

test.describe('a call', () => {
  let hub: Hub, agentBrowser: Browser, buyerBrowser: Browser
  let desk: BrowserContext, handset: BrowserContext

  test.beforeAll(async () => {
    [hub, agentBrowser, buyerBrowser] = await startAll(Hub.start(), launch('agent'), launch('buyer'))
    hubOfTests = hub
  })
  test.afterAll(async () => {
    await closeAll(agentBrowser, buyerBrowser, hub)
  })
  test.beforeEach(async () => { [desk, handset] = [await desktop(agentBrowser), await phone(buyerBrowser)] })
  test.afterEach(async () => {
    if (test.info().status !== test.info().expectedStatus) await keepPictures(desk, handset)
    await closeAll(desk, handset)
  })

  test('runs from the ticket to the recording: picture, both voices, what was sent is what is kept', async () => {
    const { ticket, agent, buyer } = await connectedCall(hub, desk, handset)
    await watchCamera(buyer, 'video[data-video="own"]')
    await expect(agent.getByText('Recording', { exact: false }).first()).toBeVisible()
    await expect(buyer.getByText('Recording', { exact: true })).toBeVisible()

    const atAgent = await listen(agent, 2_500)
    expect(atAgent.playing).toBeGreaterThan(0)
    expect(atAgent.peak).toBeGreaterThan(0.05)
    expect(atAgent.hertz).toBeGreaterThan(900)
    expect(atAgent.hertz).toBeLessThan(1_100)
    const atBuyer = await listen(buyer, 2_500)
    expect(atBuyer.playing, 'the agent’s voice starts without a second tap').toBeGreaterThan(0)
    expect(atBuyer.peak).toBeGreaterThan(0.05)
    expect(atBuyer.hertz).toBeGreaterThan(1_900)
    expect(atBuyer.hertz).toBeLessThan(2_100)

    await framesShown(agent, buyerVideoOnDesk, 120)
    const taken = await cameraFrames(buyer)
    await pressTool(agent, /End call/)
    await expect(buyer.getByText(/ended/i).first()).toBeVisible()

    const [call] = (await hub.call<typeof ticket>('GET', `/api/tickets/${ticket.ticketId}`)).calls
    const recording = await hub.finishedRecording(call!.callId)
    const player = agent.locator('video[src*="/recording"]').first()
    await expect(player).toBeVisible()
    await expect.poll(() => player.evaluate((v: HTMLVideoElement) => v.readyState), { timeout: 10_000 }).toBeGreaterThanOrEqual(1)
    await player.evaluate(async (v: HTMLVideoElement) => { v.muted = true; await v.play() })
    await expect.poll(() => player.evaluate((v: HTMLVideoElement) => v.currentTime), { timeout: 10_000 }).toBeGreaterThan(1)

    expect(recording.state, recording.reason).toMatch(/ready|partial/)
    const playback = recording.files.find((f) => f.purpose === 'playback')!
    const file = test.info().outputPath(playback.name)
    writeFileSync(file, await hub.download(playback.url))
    const [seen, agentVoice] = [await analyse(file, 1000), await analyse(file, 2000)]
    const seconds = seen.frames.at(-1)!.seconds - seen.frames[0]!.seconds
    expect(Math.abs(seconds - recording.durationSeconds)).toBeLessThan(1.5)
    expect(seen.unreadableFrames / seen.frames.length).toBeLessThan(0.02)
    expect(seen.backwardSteps, 'the content loops at most every 20 s').toBeLessThanOrEqual(2)
    expect(seen.worstColourError).toBeLessThan(30)
    expect(seen.longestFreezeSeconds).toBeLessThan(0.5)
    expect(seen.beeps.onsetSeconds.length).toBeGreaterThanOrEqual(Math.floor(seconds) - 2)
    expect(agentVoice.beeps.onsetSeconds.length).toBeGreaterThanOrEqual(Math.floor(seconds) - 3)
    // Each clock apart, because the fake camera of a busy machine falls behind its own microphone: frames against when they were taken, beeps against a second.
    const offsets = taken.flatMap(({ seconds: at, counter }) => seen.frames.filter((f) => f.counter === counter).map((f) => f.seconds - at))
    // The content begins anew after 20 s: a counter can be there twice.
    const picture = spread(offsets.filter((offset) => Math.abs(offset - offsets[0]!) < 5))
    expect(picture.count, 'frames that were seen at the camera and in the recording').toBeGreaterThan(4)
    expect(picture.seconds, 'the picture keeps the camera’s time').toBeLessThan(0.04)
    const voice = spread(seen.beeps.onsetSeconds.map((onset) => onset - Math.round(onset - seen.beeps.onsetSeconds[0]!)))
    expect(voice.seconds, 'the voice keeps its time').toBeLessThan(0.12)
    test.info().annotations.push({
      type: 'measured',
      description: `${seconds.toFixed(1)} s, ${seen.frames.length} frames; drift of the picture ${(picture.seconds * 1000).toFixed(0)} ms over ${picture.count} frames, of the voice ${(voice.seconds * 1000).toFixed(0)} ms`,
    })
  })

  test('survives the agent’s reload', async () => {
    const { agent } = await connectedCall(hub, desk, handset)
    await agent.reload()
    await expectLivePicture(agent, buyerVideoOnDesk)
    await pressTool(agent, /End call/)
  })

  test('survives the buyer’s reload with one tap, from the same page', async () => {
    const { agent, buyer } = await connectedCall(hub, desk, handset)
    await buyer.reload()
    await buyer.getByRole('button', { name: 'Continue the video' }).click()
    await expect(buyer.getByRole('button', { name: 'Mute', exact: true })).toBeVisible()
    await expectLivePicture(agent, buyerVideoOnDesk)
    await pressTool(agent, /End call/)
  })

  test('goes on when the buyer’s WebSocket drops: the place is resumed without a new negotiation', async () => {
    const { agent, buyer } = await connectedCall(hub, desk, handset)
    const before = await offersOf(buyer)
    expect(before).toBeGreaterThan(0)
    const banner = buyer.locator('.banner__text', { hasText: /reconnecting/i })
    await handset.setOffline(true)
    await expect(banner).toBeVisible({ timeout: 40_000 })
    await handset.setOffline(false)
    await expect(banner).toBeHidden({ timeout: 20_000 })
    await expectLivePicture(agent, buyerVideoOnDesk)
    expect(await offersOf(buyer)).toBe(before)
    await pressTool(agent, /End call/)
  })

  test('takes a second agent, who sees the buyer too and leaves without ending it', async () => {
    const { ticket, agent } = await connectedCall(hub, desk, handset)
    const second = await desktop(agentBrowser)
    const colleague = await second.newPage()
    const created = await hub.call<{ agent: { email: string }, oneTimePassword: string }>('POST', '/api/admin/agents', { email: `lin${Date.now()}@shop.example`, displayName: '小林', roles: ['agent'] })
    await colleague.goto(hub.url)
    await colleague.getByLabel('Email').fill(created.agent.email)
    await colleague.getByLabel('Password', { exact: true }).fill(created.oneTimePassword)
    await colleague.getByRole('button', { name: 'Sign in', exact: true }).click()
    await colleague.getByLabel('One-time password').fill(created.oneTimePassword)
    await colleague.getByLabel('New password', { exact: true }).fill('Quiet-harbour-9-lantern')
    await colleague.getByLabel('New password again').fill('Quiet-harbour-9-lantern')
    await colleague.getByRole('button', { name: 'Save and start' }).click()
    await expect(colleague).toHaveURL(/\/desk\/?$/)
    await colleague.goto(`${hub.url}/desk/tickets/${ticket.ticketId}`)
    await colleague.getByRole('button', { name: /Join call/ }).click()
    await expectLivePicture(colleague, buyerVideoOnDesk)
    await pressTool(colleague, /^Leave/)
    await expectLivePicture(agent, buyerVideoOnDesk)
    await pressTool(agent, /End call/)
    await second.close()
  })

  test('goes on from the same pages when the server is killed, and keeps a recording of each part', async () => {
    test.setTimeout(180_000)
    const { ticket, agent, buyer } = await connectedCall(hub, desk, handset)
    const firstPart = Date.now()
    await framesShown(agent, buyerVideoOnDesk, 90)
    const killedAfter = (Date.now() - firstPart) / 1000
    await hub.stop('SIGKILL')
    await hub.spawn()

    await expect.poll(async () => offersOf(buyer), { timeout: 60_000, message: 'the buyer’s page offers again by itself' }).toBeGreaterThan(1)
    await expect.poll(async () => (await readPattern(agent, buyerVideoOnDesk))?.counter ?? -1, { timeout: 30_000 }).toBeGreaterThanOrEqual(0)
    await expectLivePicture(agent, buyerVideoOnDesk)
    const voice = await listen(buyer, 2_500)
    expect(voice.peak, 'the agent’s voice is back without a tap').toBeGreaterThan(0.05)
    await framesShown(agent, buyerVideoOnDesk, 90)
    await pressTool(agent, /End call/)
    await expect(agent.getByText('Part 1, until the server was cut off')).toBeVisible()

    const [live] = (await hub.call<typeof ticket>('GET', `/api/tickets/${ticket.ticketId}`)).calls
    const call = await hub.finishedCall(live!.callId)
    expect(call).toMatchObject({ state: 'ended', endReason: 'agent_hung_up' })
    expect(call.earlierRecordings).toHaveLength(1)
    const first = call.earlierRecordings[0]!
    expect(first.state).toBe('partial')
    expect(first.reason).toContain('recovered')
    for (const [name, part, atLeast] of [['first', first, killedAfter - 0.25], ['second', call.recording, 3]] as const) {
      expect(part.durationSeconds, name).toBeGreaterThan(atLeast)
      const playback = part.files.find((f) => f.purpose === 'playback')!
      const file = test.info().outputPath(`${name}-${playback.name}`)
      writeFileSync(file, await hub.download(playback.url))
      const seen = await analyse(file)
      expect(seen.distinctCounters, name).toBeGreaterThan(60)
      expect(seen.worstColourError, name).toBeLessThan(30)
      expect(seen.beeps.onsetSeconds.length, name).toBeGreaterThanOrEqual(2)
    }
  })
})
