import { writeFileSync } from 'node:fs'
import { expect } from '@playwright/test'
import type { TicketView } from '../../src/contracts/generated'
import { analyse } from './content'
import type { Hub } from './hub'
import type { Impairment } from './impairment'
import { qualityOf, sampleQuality, stopCamera, type Totals } from './quality'
import { pressTool, type Scene } from './scene'

/** One call whose buyer sits behind a bad network. */
export type Trial = { readonly hub: Hub, readonly scene: Scene, readonly link: Impairment, readonly seconds: number, readonly startedMs: number }
export type Finding = { readonly what: string, readonly value: number, readonly unit: string, readonly bound: string, readonly holds: boolean, readonly collapsed: boolean }
export type Level = {
  readonly name: string
  /** What holds from before the call on. */
  readonly before: string
  readonly measure: (trial: Trial) => Promise<readonly Finding[]>
}

const fine = 'both clear'
/** Ten requests of the recorder, the last after about two seconds. */
const repairSeconds = 3

/** `collapsed`: so bad that no busy machine explains it, which is all the short run of the tests looks for. */
function finding(what: string, value: number, unit: string, bound: string, holds: boolean, collapsed = !Number.isFinite(value)): Finding {
  return { what, value: Math.round(value * 1000) / 1000, unit, bound, holds, collapsed }
}
const percent = (what: string, share: number, bound: string, holds: boolean, collapsed?: boolean): Finding => finding(what, share * 100, '%', bound, holds, collapsed)

/** Both pages at once, for as long as the trial lasts. */
async function watch({ scene, seconds }: Trial): Promise<readonly [readonly Totals[], readonly Totals[]]> {
  return Promise.all([sampleQuality(scene.agent, seconds), sampleQuality(scene.buyer, seconds)])
}

/** Frames in the finished recording, as a share of those the buyer's camera sent: it stops before the call does, so that both count the same. */
async function recordedShare({ hub, scene }: Trial): Promise<number> {
  await stopCamera(scene.buyer)
  const sent = (await sampleQuality(scene.buyer, repairSeconds)).at(-1)!.framesSent
  await pressTool(scene.agent, /End call/)
  const { calls } = await hub.call<TicketView>('GET', `/api/tickets/${scene.ticket.ticketId}`)
  const recording = await hub.finishedRecording(calls[0]!.callId, 120_000)
  const playback = recording.files.find((file) => file.purpose === 'playback')
  if (!playback) throw new Error(`nothing to play: ${JSON.stringify(recording)}`)
  const path = `${hub.dataFolder}/${playback.name}`
  writeFileSync(path, await hub.download(playback.url))
  const { frames } = await analyse(path)
  return frames.length / sent
}

/** Milliseconds until frames are decoded in their usual number again. */
async function backToNormalMs({ scene }: Trial, usual: number): Promise<number> {
  const samples = await sampleQuality(scene.agent, 15)
  const first = samples[0]!
  const back = samples.findIndex((sample, i) => i >= 5 && (sample.framesDecoded - samples[i - 5]!.framesDecoded) / ((sample.atMs - samples[i - 5]!.atMs) / 1000) >= usual * 0.8)
  // The window that is whole again began a second earlier.
  return back < 0 ? Number.POSITIVE_INFINITY : samples[back - 5]!.atMs - first.atMs
}

/** The table of MEDIA.md, "Levels to reach on a bad network". */
export const levels: readonly Level[] = [
  {
    name: '5 % random loss, 100 ms RTT', before: 'both loss 5% delay 50ms',
    measure: async (trial) => {
      const [agent, buyer] = (await watch(trial)).map(qualityOf) as [ReturnType<typeof qualityOf>, ReturnType<typeof qualityOf>]
      const recorded = await recordedShare(trial)
      return [
        percent('picture frozen', agent.frozenShare, '< 1 %', agent.frozenShare < 0.01, !(agent.frozenShare < 0.5)),
        finding('frames shown', agent.framesPerSecond, 'a second', 'reported', true),
        finding('picture', agent.kilobitsPerSecond, 'kbit/s', 'reported', true),
        percent('sound made up, agent hears', agent.concealedShare, 'reported', true),
        percent('sound made up, buyer hears', buyer.concealedShare, 'reported', true),
        percent('frames in the recording', recorded, '≥ 99.9 %', recorded >= 0.999, !(recorded >= 0.95)),
      ]
    },
  },
  {
    name: '20 % random loss, 100 ms RTT', before: 'both loss 20% delay 50ms',
    measure: async (trial) => {
      const [agent, buyer] = (await watch(trial)).map(qualityOf) as [ReturnType<typeof qualityOf>, ReturnType<typeof qualityOf>]
      const recorded = await recordedShare(trial)
      return [
        percent('windows without a gap in sound, agent hears', agent.soundWindowsWhole, '≥ 95 %', agent.soundWindowsWhole >= 0.95),
        percent('windows without a gap in sound, buyer hears', buyer.soundWindowsWhole, '≥ 95 %', buyer.soundWindowsWhole >= 0.95),
        finding('frames shown', agent.framesPerSecond, 'a second', '≥ 10', agent.framesPerSecond >= 10),
        percent('frames in the recording', recorded, '≥ 99 %', recorded >= 0.99),
      ]
    },
  },
  {
    name: '40 % burst loss for 5 s', before: fine,
    measure: async (trial) => {
      const usual = qualityOf(await sampleQuality(trial.scene.agent, 5)).framesPerSecond
      trial.link.apply('both loss 40% burst 8')
      await sampleQuality(trial.scene.agent, 5)
      trial.link.apply(fine)
      const back = await backToNormalMs(trial, usual)
      return [finding('picture as before after', back, 'ms', '≤ 2000', back <= 2000)]
    },
  },
  {
    name: '300 kbit/s limit', before: fine,
    measure: async (trial) => {
      trial.link.apply('both rate 300kbit queue 1000ms')
      const settling = await sampleQuality(trial.scene.buyer, 5)
      const [agent, buyer] = await watch(trial)
      const rtt = Math.max(...buyer.map((s) => s.rttMs))
      const parts = [0, 1, 2, 3].map((i) => qualityOf(agent.slice(Math.floor((agent.length * i) / 4), Math.floor((agent.length * (i + 1)) / 4))).kilobitsPerSecond)
      const swing = (Math.max(...parts) - Math.min(...parts)) / Math.max(1, ...parts)
      const quality = qualityOf(agent)
      return [
        finding('round trip after 5 s, longest', rtt, 'ms', '< 400', rtt < 400),
        finding('picture', quality.kilobitsPerSecond, 'kbit/s', '100 to 300', quality.kilobitsPerSecond > 100 && quality.kilobitsPerSecond <= 300),
        percent('swing between quarters', swing, '< 50 %', swing < 0.5),
        finding('round trip while settling, longest', Math.max(...settling.map((s) => s.rttMs)), 'ms', 'reported', true),
      ]
    },
  },
  {
    name: '100 kbit/s limit', before: fine,
    measure: async (trial) => {
      trial.link.apply('both rate 100kbit queue 1000ms')
      await sampleQuality(trial.scene.agent, 8)
      const [agent, buyer] = (await watch(trial)).map(qualityOf) as [ReturnType<typeof qualityOf>, ReturnType<typeof qualityOf>]
      return [
        percent('windows without a gap in sound, agent hears', agent.soundWindowsWhole, '≥ 95 %', agent.soundWindowsWhole >= 0.95),
        percent('windows without a gap in sound, buyer hears', buyer.soundWindowsWhole, '≥ 95 %', buyer.soundWindowsWhole >= 0.95),
        finding('frames shown', agent.framesPerSecond, 'a second', 'reported', true),
      ]
    },
  },
  {
    name: '300 ms RTT, 50 ms jitter, reorder', before: 'both delay 150ms jitter 50ms reorder 2% hold 30ms',
    measure: async (trial) => {
      const [agent, buyer] = await watch(trial)
      const sent = buyer.at(-1)!
      const asked = (sent.retransmitted - buyer[0]!.retransmitted) / Math.max(1, qualityPackets(agent))
      const quality = qualityOf(agent)
      return [
        percent('packets repeated without need', asked, '< 1 %', asked < 0.01),
        percent('picture frozen', quality.frozenShare, '< 1 %', quality.frozenShare < 0.01),
      ]
    },
  },
  {
    name: 'UDP blocked', before: 'udp both dead',
    measure: async (trial) => {
      const { transport } = (await sampleQuality(trial.scene.buyer, 0)).at(-1)!
      const took = Date.now() - trial.startedMs
      return Promise.resolve([finding(`picture at the agent over ${transport} after`, took, 'ms', '≤ 5000, over tcp', took <= 5000 && transport === 'tcp', transport !== 'tcp')])
    },
  },
  {
    name: 'address changes in the call', before: fine,
    measure: async (trial) => {
      const usual = qualityOf(await sampleQuality(trial.scene.agent, 5)).framesPerSecond
      trial.link.apply('rebind')
      const back = await backToNormalMs(trial, usual)
      const recorded = await recordedShare(trial)
      return [
        finding('picture as before after', back, 'ms', '≤ 3000', back <= 3000),
        percent('frames in one recording', recorded, 'reported', true),
      ]
    },
  },
]

function qualityPackets(samples: readonly Totals[]): number {
  return samples.at(-1)!.videoReceived - samples[0]!.videoReceived
}

export function expectHolds(findings: readonly Finding[]): void {
  for (const one of findings) expect.soft(one.holds, `${one.what}: ${one.value} ${one.unit}, bound ${one.bound}`).toBe(true)
}
