import { type Browser, type BrowserContext, expect, type Page, test } from '@playwright/test'
import { Hub } from './support/hub'
import { detour } from './support/impairment'
import { desktop, launch, phone } from './support/people'
import { agree, buyerVideoOnDesk, expectLivePicture, signIn, startCall } from './support/scene'
import { Firewall, Relay, relaySecret } from './support/relay'
import { closeAll, startAll } from './support/stage'

/** A network that lets neither the hub's UDP port nor its TCP port through, only the relay. */
test.describe('a buyer behind a strict firewall', () => {
  let relay: Relay, hub: Hub, agentBrowser: Browser, buyerBrowser: Browser, wall: Firewall
  let desk: BrowserContext, handset: BrowserContext

  test.beforeAll(async () => {
    relay = await Relay.start()
    ;[hub, agentBrowser, buyerBrowser] = await startAll(
      Hub.start({ 'Turn:Urls:0': `turn:127.0.0.1:${relay.port}?transport=udp`, 'Turn:Urls:1': `turn:127.0.0.1:${relay.port}?transport=tcp`, 'Turn:Secret': relaySecret, 'Media:AdvertisedAddresses:0': '127.0.0.1' }),
      launch('agent'), launch('buyer'))
    wall = await Firewall.start(hub.mediaPort)
  })
  test.afterAll(async () => { await closeAll(wall, agentBrowser, buyerBrowser, hub, relay) })
  test.beforeEach(async () => { [desk, handset] = [await desktop(agentBrowser), await phone(buyerBrowser)] })
  test.afterEach(async () => { await closeAll(desk, handset) })

  test('is seen through the relay, and its tab remembers that', async () => {
    await detour(handset, hub.mediaPort, wall.port)
    const ticket = await hub.openTicket()
    const agent = await desk.newPage()
    await signIn(agent, hub)
    const link = await startCall(agent, hub, ticket)
    const buyer = await handset.newPage()
    const startedMs = Date.now()
    await agree(buyer, link)
    await expectLivePicture(agent, buyerVideoOnDesk)
    console.log(`picture through the relay after ${Date.now() - startedMs} ms (page load included)`)
    expect(await pathOf(buyer)).toBe('relay')
    expect(wall.counted.passed).toBeGreaterThan(100)
    // What the page reports after ten seconds is what it remembers for a reload.
    await expect.poll(() => buyer.evaluate(() => sessionStorage.getItem('relay-until')), { timeout: 20_000 }).toBeTruthy()
    expect(hub.output).not.toContain('credential')
  })
})

/** By the browser's own statistics: what kind of candidate carries the call. */
function pathOf(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const peer = [...(window as unknown as { __peers: Set<RTCPeerConnection> }).__peers].at(-1)
    const report = await peer?.getStats()
    let selected = ''
    report?.forEach((stat: { type: string, selectedCandidatePairId?: string }) => { if (stat.type === 'transport') selected = stat.selectedCandidatePairId ?? '' })
    const pair = report?.get(selected) as { localCandidateId: string } | undefined
    const local = report?.get(pair?.localCandidateId ?? '') as { candidateType: string, relayProtocol?: string } | undefined
    // The firewall translates addresses as NATs do, so the relay's candidate may be peer-reflexive.
    return local?.relayProtocol === undefined ? local?.candidateType ?? '' : 'relay'
  })
}
