import AxeBuilder from '@axe-core/playwright'
import { type Browser, type BrowserContext, expect, type Page, test } from '@playwright/test'
import type { TicketView } from '../src/contracts/generated'
import { en } from '../src/apps/buyer-page/messages/en'
import { zh } from '../src/apps/buyer-page/messages/zh'
import { adminEmail, adminPassword, Hub } from './support/hub'
import { desktop, launch, phone } from './support/people'
import { closeAll, startAll } from './support/stage'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const schemes = ['light', 'dark'] as const

/** Scans a page as it stands, light and dark; gives the serious faults as sentences, so that one run names them all. */
async function faults(page: Page, name: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.evaluate(() => Promise.all(document.getAnimations().filter((a) => a.effect?.getComputedTiming().iterations !== Infinity).map((a) => a.finished.catch(() => undefined))))
    const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze()
    const serious = violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')
    found.push(...serious.map((one) => `${name}, ${colorScheme}: ${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} (${node.any[0]?.message ?? node.none[0]?.message ?? ''})`).join('; ')}`))
  }
  return found
}

async function signIn(page: Page, hub: Hub): Promise<void> {
  await page.locator('#sign-in-email').fill(adminEmail)
  await page.locator('#sign-in-password').fill(adminPassword)
  await page.locator('button[type=submit]').click()
  await expect(page).not.toHaveURL(/sign-in/)
  await expect(page.locator('[data-ticket]').first()).toBeVisible()
  expect(hub.output).not.toContain('Unhandled exception')
}

async function startCall(agent: Page, hub: Hub): Promise<string> {
  const ticket = await hub.openTicket()
  await agent.goto(`${hub.url}/desk/tickets/${ticket.ticketId}`)
  await agent.locator('.stage-pane .button.main').first().click()
  await expect(agent.locator('#invite-link')).toHaveValue(/\/c#/)
  return agent.locator('#invite-link').inputValue()
}

for (const [locale, texts] of [['zh-CN', zh], ['en-US', en]] as const) {
  test.describe(`in ${locale}, no page has a serious accessibility fault`, () => {
    test.describe.configure({ timeout: 360_000 })
    let hub: Hub, agentBrowser: Browser, buyerBrowser: Browser
    let desk: BrowserContext, handset: BrowserContext

    test.beforeAll(async () => {
      [hub, agentBrowser, buyerBrowser] = await startAll(Hub.start(), launch('agent'), launch('buyer'))
      await hub.openTicket({ subject: '充电盒打不开', buyerName: '李婷' })
    })
    test.afterAll(async () => {
      await closeAll(agentBrowser, buyerBrowser, hub)
    })
    test.beforeEach(async () => { [desk, handset] = [await desktop(agentBrowser, locale), await phone(buyerBrowser, locale)] })
    test.afterEach(async () => { await closeAll(desk, handset) })

    test('on the desk before a call', async () => {
      const page = await desk.newPage()
      await page.goto(hub.url)
      await expect(page.locator('#sign-in-email')).toBeVisible()
      const found = [...await faults(page, 'sign-in')]
      await signIn(page, hub)
      found.push(...await faults(page, 'ticket list'))
      await page.locator('[data-ticket]').first().click()
      await expect(page.locator('.stage-pane .button.main').first()).toBeVisible()
      found.push(...await faults(page, 'ticket'))
      await page.keyboard.press('n')
      await expect(page.locator('dialog[open]')).toBeVisible()
      found.push(...await faults(page, 'new ticket'))
      await page.goto(`${hub.url}/desk/admin/agents`)
      await expect(page.locator('tbody tr').first()).toBeVisible()
      found.push(...await faults(page, 'agents'))
      await page.goto(`${hub.url}/desk/admin/first-frame`)
      await expect(page.locator('h1').first()).toBeVisible()
      found.push(...await faults(page, 'first frame'))
      expect(found).toEqual([])
    })

    test('from the call sheet to the goodbye', async () => {
      const [agent, buyer] = [await desk.newPage(), await handset.newPage()]
      await agent.goto(hub.url)
      await signIn(agent, hub)
      const link = await startCall(agent, hub)
      const found = [...await faults(agent, 'call sheet')]
      await buyer.goto(link)
      await expect(buyer.getByRole('button', { name: texts['consent.agree'] })).toBeVisible()
      found.push(...await faults(buyer, 'consent'))
      await buyer.getByRole('button', { name: texts['consent.agree'] }).click()
      await expect(agent.locator('.picture.shown')).toBeVisible()
      await expect(buyer.locator('[data-video=own]')).toBeVisible()
      found.push(...await faults(agent, 'live call on the desk'), ...await faults(buyer, 'live call on the phone'))
      await buyer.getByRole('button', { name: texts['call.hang_up'] }).click()
      await expect(buyer.getByRole('button', { name: texts['hang_up.end'] })).toBeVisible()
      found.push(...await faults(buyer, 'hanging up'))
      await buyer.getByRole('button', { name: texts['hang_up.end'] }).click()
      await expect(buyer.getByRole('heading', { name: texts['goodbye.title'] })).toBeVisible()
      found.push(...await faults(buyer, 'goodbye'))
      const [call] = (await hub.call<TicketView>('GET', `/api/tickets/${agent.url().split('/').at(-1)}`)).calls
      await hub.finishedRecording(call!.callId, 120_000)
      await expect(agent.locator('video[src*="/recording"]').first()).toBeVisible()
      found.push(...await faults(agent, 'ticket with a recording'))
      expect(found).toEqual([])
    })

    test('on the ways without a call: photos, and a link that is no longer valid', async () => {
      const [agent, buyer] = [await desk.newPage(), await handset.newPage()]
      await agent.goto(hub.url)
      await signIn(agent, hub)
      await buyer.goto(await startCall(agent, hub))
      await buyer.getByRole('button', { name: texts['consent.photos'] }).click()
      await expect(buyer.getByText(texts['photos.add'])).toBeVisible()
      const found = [...await faults(buyer, 'photos')]
      const other = await handset.newPage()
      await other.goto(`${hub.url}/c#this-link-was-never-made-by-anyone-0000000000`)
      await expect(other.getByRole('heading', { name: texts['notice.link_not_valid.title'] })).toBeVisible()
      found.push(...await faults(other, 'link not valid'))
      expect(found).toEqual([])
    })
  })
}
