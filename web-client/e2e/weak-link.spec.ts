import { type Browser, type CDPSession, expect, type Page, test } from '@playwright/test'
import type { ReviewView, TicketView } from '../src/contracts/generated'
import { Hub } from './support/hub'
import { detour, Impairment } from './support/impairment'
import { contentFolder } from './support/paths'
import { desktop, framesIn, launch, phone } from './support/people'
import { qualityOf, sampleQuality } from './support/quality'
import { agree, buyerVideoOnDesk, pressTool, signIn, startCall } from './support/scene'
import { closeAll, startAll } from './support/stage'

/** What a stairwell leaves: in both directions, for media and for everything else. */
const kilobits = 100
const photo = 'img[alt="Photo from the buyer’s camera, in place of video"]'

test.describe('a link too weak for video', () => {
  let hub: Hub, agentBrowser: Browser, buyerBrowser: Browser

  test.beforeAll(async () => {
    [hub, agentBrowser, buyerBrowser] = await startAll(Hub.start(), launch('agent'), launch('buyer', [`--use-file-for-fake-video-capture=${contentFolder}/busy.mjpeg`]))
  })
  test.afterAll(() => closeAll(agentBrowser, buyerBrowser, hub))

  test('photos and a clean voice get through, and video comes back by itself', async () => {
    test.setTimeout(240_000)
    const link = await Impairment.start(hub.mediaPort, 'both clear')
    const [desk, handset] = [await desktop(agentBrowser), await phone(buyerBrowser)]
    try {
      await detour(handset, hub.mediaPort, link.port)
      await detour(desk, hub.mediaPort, hub.mediaPort)
      const ticket = await hub.openTicket()
      const agent = await desk.newPage()
      await signIn(agent, hub)
      const url = await startCall(agent, hub, ticket)
      const buyer = await handset.newPage()
      await agree(buyer, url)
      await expect.poll(() => agent.locator(buyerVideoOnDesk).evaluate((v: HTMLVideoElement) => v.videoWidth).catch(() => 0), { timeout: 60_000 }).toBeGreaterThan(0)
      const cdp = await handset.newCDPSession(buyer)

      link.apply(`both rate ${kilobits}kbit queue 1000ms`)
      await throttle(cdp, kilobits)
      await expect(buyer.locator('.banner', { hasText: 'Your network is weak: we switched to photos' })).toBeVisible({ timeout: 60_000 })
      await expect(agent.getByText('The buyer’s network is weak: photos every few seconds.')).toBeVisible()
      const first = await shownPhoto(agent)
      expect(first.width, 'a sharp photo').toBeGreaterThanOrEqual(640)
      const heard = qualityOf(await sampleQuality(agent, 6))
      expect(heard.soundWindowsWhole, 'windows without a gap in sound').toBeGreaterThanOrEqual(0.9)
      await expect.poll(async () => (await shownPhoto(agent)).url, { message: 'no second photo', timeout: 60_000 }).not.toBe(first.url)

      link.apply('both clear')
      await throttle(cdp, 0)
      await expect(agent.locator(photo), 'back to video').toBeHidden({ timeout: 120_000 })
      await expect(buyer.locator('.banner', { hasText: 'Your network is weak: we switched to photos' })).toBeHidden()
      await expect.poll(() => framesIn(agent, buyerVideoOnDesk, 1_000), { message: 'video moves again', timeout: 30_000 }).toBeGreaterThan(3)

      await pressTool(agent, /End call/)
      await expectReplayed(ticket.ticketId)
    } finally {
      await closeAll(handset, desk, link)
    }
  })

  /** The recording says why there is no video, and has the photos. */
  async function expectReplayed(ticketId: string): Promise<void> {
    const { calls } = await hub.call<TicketView>('GET', `/api/tickets/${ticketId}`)
    const { recordingId } = await hub.finishedRecording(calls[0]!.callId, 120_000)
    const review = await hub.call<ReviewView>('GET', `/api/recordings/${recordingId}/review`)
    expect(review.stills.length).toBeGreaterThanOrEqual(2)
    expect(review.lanes.map((item) => item.kind)).toContain('photos_instead')
  }
})

async function throttle(cdp: CDPSession, kilobitsPerSecond: number): Promise<void> {
  const bytes = kilobitsPerSecond === 0 ? -1 : (kilobitsPerSecond * 1_000) / 8
  await cdp.send('Network.enable')
  await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 0, uploadThroughput: bytes, downloadThroughput: bytes })
}

async function shownPhoto(agent: Page): Promise<{ readonly url: string, readonly width: number }> {
  const image = agent.locator(photo)
  await expect(image).toBeVisible({ timeout: 60_000 })
  return image.evaluate((element: HTMLImageElement) => ({ url: element.src, width: element.naturalWidth }))
}
