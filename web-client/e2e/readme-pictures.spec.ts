import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { type Browser, expect, type Page, test } from '@playwright/test'
import { agentScene, productScene } from './support/drawings'
import { Hub } from './support/hub'
import { repository } from './support/paths'
import { desktop, launch, phone } from './support/people'
import { agree, buyerVideoOnDesk, startCall, pressTool } from './support/scene'

const run = promisify(execFile)
const password = 'Quiet-harbour-9-lantern'

/** Writes a drawing as what a hand-held camera would see of it: a slow drift, one JPEG after the other. */
async function film(painter: Page, svg: string, file: string): Promise<void> {
  const frames = await painter.evaluate(async (source) => {
    const image = new Image()
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.width
    canvas.height = image.height
    const pen = canvas.getContext('2d')!
    return Array.from({ length: 30 }, (_, i) => {
      const angle = (i / 30) * 2 * Math.PI
      pen.drawImage(image, -8 + Math.sin(angle) * 5, -5 + Math.cos(angle) * 3, image.width + 16, image.height + 10)
      return canvas.toDataURL('image/jpeg', 0.92).split(',')[1] ?? ''
    })
  }, svg)
  writeFileSync(file, Buffer.concat(frames.map((frame) => Buffer.from(frame, 'base64'))))
}

/** A picture the README can carry: at most 256 colours, which a screen with one video on it hardly shows. */
async function keep(page: Page, name: string): Promise<void> {
  const raw = test.info().outputPath(name)
  await page.screenshot({ path: raw, scale: 'css' })
  await run('ffmpeg', ['-v', 'error', '-y', '-i', raw, '-vf', 'split[a][b];[a]palettegen=max_colors=256[p];[b][p]paletteuse=dither=bayer:bayer_scale=5', '-frames:v', '1', '-compression_level', '100', `${repository}docs/images/${name}`])
}

async function signInAsMia(page: Page, hub: Hub): Promise<void> {
  const { agent, oneTimePassword } = await hub.call<{ agent: { email: string }, oneTimePassword: string }>('POST', '/api/admin/agents', { email: 'mia.brandt@example.com', displayName: 'Mia Brandt', roles: ['agent'] })
  await page.goto(hub.url)
  await page.locator('#sign-in-email').fill(agent.email)
  await page.locator('#sign-in-password').fill(oneTimePassword)
  await page.locator('button[type=submit]').click()
  await page.locator('#password-current').fill(oneTimePassword)
  await page.locator('#password-new').fill(password)
  await page.locator('#password-repeat').fill(password)
  await page.locator('button[type=submit]').click()
  await expect(page).toHaveURL(/\/desk\/?$/)
}

async function fillDesk(hub: Hub): Promise<Awaited<ReturnType<Hub['openTicket']>>> {
  const line = (sku: string, title: string, unitPrice: number) => [{ sku, title, quantity: 1, unitPrice, currency: 'EUR' }]
  await hub.openTicket({ subject: 'Rug is smaller than the page says', buyerName: 'Tom Becker', problemType: 'policy', platform: 'amazon', platformOrderId: '702-5540189-33', orderLines: line('RG-160', 'Living room rug 160×230', 168) })
  await hub.openTicket({ subject: '净水器接头漏水，不会安装', buyerName: '孙丽', problemType: 'setup', platform: 'jd', platformOrderId: 'JD0099812345', orderLines: line('WP-3', '厨下式净水器', 189) })
  await hub.openTicket({ subject: 'Coffee machine: error E4 on first start', buyerName: 'James O’Neill', problemType: 'setup', platform: 'amazon', platformOrderId: '702-5540190-12', orderLines: line('CM-200', 'Espresso machine 200', 389) })
  await hub.openTicket({ subject: '主播说送两瓶精华，实际只收到一瓶', buyerName: '刘芳', problemType: 'promise', platform: 'kuaishou', platformOrderId: 'KS88120934', orderLines: line('SE-30', '烟酰胺精华液 30ml', 19) })
  await hub.openTicket({ subject: 'Robot vacuum does not return to its dock', buyerName: 'Sofia Rossi', problemType: 'product', platform: 'tiktok', platformOrderId: 'TT-5580021', orderLines: line('RV-9', 'Robot vacuum RV-9', 259) })
  return hub.openTicket({ subject: 'Left earbud stays silent after pairing', buyerName: 'Anna Schmidt', buyerPhone: '+49 171 5550143', problemType: 'product', platform: 'shopify', platformOrderId: 'SH-20418', orderLines: line('EB-01-WHT', 'Wireless earbuds EB-01, white', 79.9) })
}

test('the README’s pictures show a real call', async () => {
  test.skip(!process.env['README_PICTURES'], 'writes docs/images: run with README_PICTURES=1')
  test.setTimeout(400_000)
  mkdirSync(`${repository}docs/images`, { recursive: true })
  const hub = await Hub.start({ 'Calls:ShopName': 'Shengyu Audio' })
  const browsers: Browser[] = []
  const open = async (person: 'agent' | 'buyer', film?: string) => {
    const browser = await launch(person, film === undefined ? [] : [`--use-file-for-fake-video-capture=${film}`])
    browsers.push(browser)
    return browser
  }
  try {
    const [table, hand, face] = ['table', 'hand', 'face'].map((name) => test.info().outputPath(`${name}.mjpeg`)) as [string, string, string]
    const painter = await (await open('agent')).newPage()
    await film(painter, productScene(1280, 720, 1), table)
    await film(painter, productScene(1280, 720, 0.58), hand)
    await film(painter, agentScene(640, 480), face)

    const ticket = await fillDesk(hub)
    const agent = await (await desktop(await open('agent', face))).newPage()
    await signInAsMia(agent, hub)
    for (const [picture, name] of [[hand, 'buyer-live.png'], [table, 'agent-call.png']] as const) {
      const link = await startCall(agent, hub, ticket)
      const buyer = await (await phone(await open('buyer', picture))).newPage()
      await agree(buyer, link)
      await expect.poll(() => agent.locator(buyerVideoOnDesk).evaluate((v: HTMLVideoElement) => v.videoWidth).catch(() => 0), { timeout: 60_000 }).toBeGreaterThan(0)
      await agent.keyboard.press('v')
      await expect.poll(() => buyer.locator('video').evaluateAll((all: HTMLVideoElement[]) => all.filter((v) => v.videoWidth > 0).length), { timeout: 60_000 }).toBe(2)
      // The bitrate climbs for some seconds before the picture is as sharp as it gets.
      await agent.waitForTimeout(20_000)
      if (name === 'agent-call.png') {
        await agent.locator('#ticket-notes').fill('Left earbud: no light in the case, contacts look clean. Right one fine.\nReset tried on camera, no change → replacement promised.')
        await agent.locator('#ticket-notes').blur()
        await agent.locator('.stage').hover({ position: { x: 300, y: 300 } })
        await agent.waitForTimeout(1_500)
        await keep(agent, name)
      } else {
        await keep(buyer, name)
      }
      await agent.mouse.move(700, 400)
      await pressTool(agent, /End call/)
      await buyer.context().close()
    }
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()))
    await hub.close()
  }
})
