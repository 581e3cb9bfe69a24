import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { analyse } from './support/content'
import { Hub } from './support/hub'
import { contentFolder, repository } from './support/paths'
import { closeAll } from './support/stage'

const run = promisify(execFile)

/** Debian's aiortc, which knows nothing of us. */
async function peer(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run('/usr/bin/python3', [join(repository, 'tests/interop/whip_whep.py'), ...args], { timeout: 60_000 })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>
}

test.describe('a standard client', () => {
  let hub: Hub
  test.beforeAll(async () => { hub = await Hub.start() })
  test.afterAll(async () => { await closeAll(hub) })

  test('publishes by WHIP, another plays by WHEP, and the recording is what was sent', async () => {
    const ticket = await hub.openTicket()
    const { call } = await hub.createCall(ticket.ticketId)
    const [buyer, agent] = [await hub.mediaToken(call.callId, 'buyer'), await hub.mediaToken(call.callId, 'agent')]

    // The player comes first, as an agent does: aiortc answers no key-frame request, so a late player would wait for a chance one.
    const playing = peer('play', agent.whepUrl, agent.token, '15')
    const published = await peer('publish', buyer.whipUrl, buyer.token, join(contentFolder, 'synced.mp4'), '12')
    const played = await playing

    expect(published.delete_status).toBe(200)
    expect(played.delete_status).toBe(200)
    expect(played.video_frames).toBeGreaterThan(120)
    expect(played.width).toBe(640)
    expect(played.audio_frames).toBeGreaterThan(300)
    expect(played.audio_peak).toBeGreaterThan(6_000)

    await hub.endCall(call.callId)
    const recording = await hub.finishedRecording(call.callId)
    expect(recording.state, recording.reason).toMatch(/ready|partial/)
    const playback = recording.files.find((f) => f.purpose === 'playback')!
    const file = test.info().outputPath(playback.name)
    writeFileSync(file, await hub.download(playback.url))
    const seen = await analyse(file)
    const seconds = seen.frames.at(-1)!.seconds - seen.frames[0]!.seconds
    expect(seconds).toBeGreaterThan(10)
    expect(seen.unreadableFrames).toBeLessThanOrEqual(2)
    expect(seen.distinctCounters / (seconds * 30)).toBeGreaterThan(0.95)
    expect(seen.backwardSteps).toBeLessThanOrEqual(1)
    expect(seen.worstColourError).toBeLessThan(30)
    expect(seen.beeps.onsetSeconds.length).toBeGreaterThanOrEqual(10)
    expect(Math.abs(seen.medianAvOffsetSeconds)).toBeLessThan(0.1)
    test.info().annotations.push({ type: 'measured', description: `${seconds.toFixed(1)} s, ${seen.distinctCounters} frames, A/V offset ${(seen.medianAvOffsetSeconds * 1000).toFixed(0)} ms` })
  })

  test('is refused without the token, with clear reasons', async () => {
    const ticket = await hub.openTicket()
    const { call } = await hub.createCall(ticket.ticketId)
    const buyer = await hub.mediaToken(call.callId, 'buyer')
    const post = (token: string, type: string, body: string) => fetch(buyer.whipUrl, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': type }, body })

    expect((await post('wrong', 'application/sdp', 'v=0\r\n')).status).toBe(401)
    expect((await post(buyer.token, 'text/plain', 'v=0\r\n')).status).toBe(415)
    const malformed = await post(buyer.token, 'application/sdp', 'not sdp')
    expect(malformed.status).toBe(400)
    expect(malformed.headers.get('content-type')).toContain('application/problem+json')
    expect(((await malformed.json()) as { code: string }).code).toBe('media.sdp_refused')
    await hub.endCall(call.callId)
  })
})
