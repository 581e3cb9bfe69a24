import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import type { Page } from 'puppeteer-core'
import { launchFirefox } from './support/firefox'
import { Hub } from './support/hub'
import { desktop, launch } from './support/people'
import { buyerVideoOnDesk, signIn, startCall, pressTool } from './support/scene'
import { closeAll, startAll } from './support/stage'

const run = promisify(execFile)

/** Keeps the page's peer connections where a test can ask for their statistics. */
async function watchPeers(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    const peers: RTCPeerConnection[] = []
    Object.defineProperty(window, '__peers', { value: peers })
    const Native = window.RTCPeerConnection
    window.RTCPeerConnection = new Proxy(Native, {
      construct(target, args: ConstructorParameters<typeof RTCPeerConnection>) {
        const peer = new target(...args)
        peers.push(peer)
        return peer
      },
    })
  })
}

type Traffic = { readonly audioPacketsIn: number, readonly audioEnergyIn: number, readonly videoPacketsOut: number, readonly videoCodec: string }

function traffic(page: Page): Promise<Traffic> {
  return page.evaluate(async () => {
    const seen = { audioPacketsIn: 0, audioEnergyIn: 0, videoPacketsOut: 0, videoCodec: '' }
    type Report = { type: string, kind: string, codecId?: string, packetsReceived: number, packetsSent: number, totalAudioEnergy?: number, mimeType: string }
    for (const peer of (window as unknown as { __peers: RTCPeerConnection[] }).__peers) {
      const stats = await peer.getStats() as unknown as Map<string, Report>
      for (const report of [...stats.values()]) {
        if (report.type === 'inbound-rtp' && report.kind === 'audio') {
          seen.audioPacketsIn += report.packetsReceived
          seen.audioEnergyIn += report.totalAudioEnergy ?? 0
        }
        if (report.type === 'outbound-rtp' && report.kind === 'video') {
          seen.videoPacketsOut += report.packetsSent
          seen.videoCodec = stats.get(report.codecId ?? '')?.mimeType ?? seen.videoCodec
        }
      }
    }
    return seen
  })
}

test('a buyer with Firefox is seen by an agent with Chromium, hears them, and is recorded as WebM', async () => {
  test.setTimeout(240_000)
  const [hub, agentBrowser, firefox] = await startAll(Hub.start(), launch('agent'), launchFirefox())
  try {
    const agent = await (await desktop(agentBrowser)).newPage()
    await signIn(agent, hub)
    const ticket = await hub.openTicket()
    const link = await startCall(agent, hub, ticket)

    const buyer = await firefox.newPage()
    await watchPeers(buyer)
    await buyer.goto(link)
    await buyer.locator('::-p-text(Agree and start video)').click()

    const frames = () => agent.locator(buyerVideoOnDesk).evaluate((v: HTMLVideoElement) => (v.videoWidth > 0 ? v.getVideoPlaybackQuality().totalVideoFrames : 0)).catch(() => 0)
    await expect.poll(frames, { timeout: 45_000, message: 'frames decoded at the agent' }).toBeGreaterThan(60)
    await expect.poll(async () => (await traffic(buyer)).audioPacketsIn, { message: 'audio packets at the buyer' }).toBeGreaterThan(100)
    const seen = await traffic(buyer)
    expect(seen.audioEnergyIn, 'the agent’s beeps, not silence').toBeGreaterThan(0)

    await pressTool(agent, /End call/)
    const [call] = (await hub.call<typeof ticket>('GET', `/api/tickets/${ticket.ticketId}`)).calls
    const recording = await hub.finishedRecording(call!.callId, 90_000)
    expect(recording.state, recording.reason).toMatch(/ready|partial/)
    const playback = recording.files.find((f) => f.purpose === 'playback')!
    expect(playback.name).toBe(seen.videoCodec.toLowerCase() === 'video/vp8' ? 'playback.webm' : 'playback.mp4')
    const file = test.info().outputPath(playback.name)
    writeFileSync(file, await hub.download(playback.url))
    const { stdout } = await run('ffprobe', ['-v', 'error', '-count_frames', '-show_entries', 'stream=codec_type,codec_name,nb_read_frames', '-of', 'json', file], { maxBuffer: 8 << 20 })
    const { streams } = JSON.parse(stdout) as { streams: { codec_type: string, codec_name: string, nb_read_frames: string }[] }
    const video = streams.find((s) => s.codec_type === 'video')
    expect(Number(video?.nb_read_frames)).toBeGreaterThan(60)
    expect(streams.some((s) => s.codec_type === 'audio')).toBe(true)
    console.log(`${await firefox.version()}: ${seen.videoCodec}, ${playback.name} with ${video?.nb_read_frames} ${video?.codec_name} frames, ${seen.audioPacketsIn} audio packets heard`)
  } finally {
    await closeAll(agentBrowser, firefox, hub)
  }
})
