import { mkdirSync, writeFileSync } from 'node:fs'
import { type Browser, expect, test } from '@playwright/test'
import { Hub } from './support/hub'
import { detour, Impairment } from './support/impairment'
import { expectHolds, type Finding, type Level, levels } from './support/levels'
import { contentFolder, repository } from './support/paths'
import { desktop, launch, phone } from './support/people'
import { agree, buyerVideoOnDesk, signIn, startCall } from './support/scene'
import { closeAll, startAll } from './support/stage'

/** `make bench-network` measures every level for a minute each; the test run takes two of them and only guards against a collapse. */
const benchSeconds = Number(process.env['NETWORK_SECONDS'] ?? 0)
const only = process.env['NETWORK_LEVEL']
const seed = Number(process.env['NETWORK_SEED'] ?? 1)
/** The last of two flags is what Chromium takes. */
const busyCamera = [`--use-file-for-fake-video-capture=${contentFolder}/busy.mjpeg`]
const inTestRun = ['5 % random loss, 100 ms RTT', 'UDP blocked']

test.describe('a call on a bad network', () => {
  let hub: Hub, agentBrowser: Browser, buyerBrowser: Browser
  const rows: { readonly level: string, readonly findings: readonly Finding[] }[] = []

  test.beforeAll(async () => {
    [hub, agentBrowser, buyerBrowser] = await startAll(Hub.start(), launch('agent'), launch('buyer', busyCamera))
  })
  test.afterAll(async () => {
    if (benchSeconds > 0) writeTable()
    await closeAll(agentBrowser, buyerBrowser, hub)
  })

  for (const level of levels.filter((one) => (only === undefined ? benchSeconds > 0 || inTestRun.includes(one.name) : one.name.startsWith(only)))) {
    test(level.name, async () => {
      test.setTimeout(180_000 + benchSeconds * 2_000)
      const findings = await trial(level)
      rows.push({ level: level.name, findings })
      console.log(tableOf([{ level: level.name, findings }]))
      if (benchSeconds > 0) expectHolds(findings)
      else expect(findings.filter((f) => f.collapsed), 'a collapse').toEqual([])
    })
  }

  async function trial(level: Level): Promise<readonly Finding[]> {
    const link = await Impairment.start(hub.mediaPort, level.before, seed)
    const [desk, handset] = [await desktop(agentBrowser), await phone(buyerBrowser)]
    try {
      await detour(handset, hub.mediaPort, link.port)
      // The agent's own network is good; this only gives the test its connections.
      await detour(desk, hub.mediaPort, hub.mediaPort)
      const ticket = await hub.openTicket()
      const agent = await desk.newPage()
      await signIn(agent, hub)
      const url = await startCall(agent, hub, ticket)
      const buyer = await handset.newPage()
      const startedMs = Date.now()
      await agree(buyer, url)
      await expect.poll(() => agent.locator(buyerVideoOnDesk).evaluate((v: HTMLVideoElement) => v.videoWidth).catch(() => 0), { intervals: [50], timeout: 60_000 }).toBeGreaterThan(0)
      return await level.measure({ hub, scene: { ticket, agent, buyer, link: url }, link, seconds: benchSeconds || 8, startedMs })
    } finally {
      await closeAll(handset, desk, link)
    }
  }

  function tableOf(some: typeof rows): string {
    const lines = some.flatMap(({ level, findings }) => findings.map((f) => `| ${level} | ${f.what} | ${f.value} ${f.unit} | ${f.bound} | ${f.bound === 'reported' ? '' : f.holds ? 'yes' : '**no**'} |`))
    return ['| condition | | measured | bound | holds |', '|---|---|---|---|---|', ...lines].join('\n')
  }

  function writeTable(): void {
    const folder = `${repository}artifacts/network`
    mkdirSync(folder, { recursive: true })
    writeFileSync(`${folder}/levels.md`, `Seed ${seed}, ${benchSeconds} s each, Chromium at both ends, the buyer behind the network.\n\n${tableOf(rows)}\n`)
    writeFileSync(`${folder}/levels.json`, JSON.stringify({ seed, seconds: benchSeconds, rows }, null, 2))
  }
})
