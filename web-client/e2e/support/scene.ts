import { type BrowserContext, expect, type Page } from '@playwright/test'
import type { CallCreatedView, TicketView } from '../../src/contracts/generated'
import { adminEmail, adminPassword, type Hub } from './hub'
import { coloursAreRight, readPattern, type SeenPicture } from './people'

export const buyerVideoOnDesk = 'video[aria-label="The buyer’s live picture"]'

export async function signIn(page: Page, hub: Hub): Promise<void> {
  await page.goto(hub.url)
  await expect(page).toHaveURL(/sign-in/)
  await page.getByLabel('Email').fill(adminEmail)
  await page.getByLabel('Password', { exact: true }).fill(adminPassword)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page).not.toHaveURL(/sign-in/)
}

/** Opens the ticket on the desk and presses Call; gives the link the sheet shows. */
export async function startCall(page: Page, hub: Hub, ticket: TicketView): Promise<string> {
  await page.goto(`${hub.url}/desk/tickets/${ticket.ticketId}`)
  await page.getByRole('button', { name: /^Call\b/ }).first().click()
  const link = page.getByLabel('One-time link')
  await expect(link).toBeVisible()
  await expect(link).toHaveValue(/\/c#/)
  return link.inputValue()
}

/** The call's tools hide when idle and take no press while hidden: move the pointer first, as a person does. */
export async function pressTool(page: Page, name: RegExp): Promise<void> {
  await page.mouse.move(700, 400)
  await page.mouse.move(720, 420)
  await page.getByRole('button', { name }).click()
}

export async function agree(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.getByRole('button', { name: 'Agree and start video' }).click()
}

/** Waits until the page shows the test pattern, and that the counter moves on and the colours are right. */
export async function expectLivePicture(page: Page, selector: string): Promise<SeenPicture> {
  await expect.poll(async () => (await readPattern(page, selector))?.counter ?? -1, { intervals: [100], message: `no test pattern on ${selector}` }).toBeGreaterThanOrEqual(0)
  const counters = new Set<number>()
  await expect.poll(async () => {
    counters.add((await readPattern(page, selector))?.counter ?? -1)
    return counters.size
  }, { intervals: [100] }).toBeGreaterThan(8)
  const seen = await readPattern(page, selector)
  expect(seen).not.toBeNull()
  expect(coloursAreRight(seen!.colours), JSON.stringify(seen!.colours)).toBe(true)
  return seen!
}

export type Scene = { readonly ticket: TicketView, readonly agent: Page, readonly buyer: Page, readonly link: string }

/** Signed-in agent and buyer in one call, both seeing and hearing. */
export async function connectedCall(hub: Hub, desk: BrowserContext, phone: BrowserContext): Promise<Scene> {
  const ticket = await hub.openTicket()
  const agent = await desk.newPage()
  await signIn(agent, hub)
  const link = await startCall(agent, hub, ticket)
  const buyer = await phone.newPage()
  await agree(buyer, link)
  await expectLivePicture(agent, buyerVideoOnDesk)
  return { ticket, agent, buyer, link }
}

export type { CallCreatedView }
