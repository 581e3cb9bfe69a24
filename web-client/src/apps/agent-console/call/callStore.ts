import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { audibleMids, buyerOf, CallEngine, initialCallState, pictureMode, StillInbox, type CallState, type ShownStill } from '@/call'
import type { CallCreatedView, CallMessage } from '@/contracts/generated'
import type { CallId } from '@/contracts/names'
import { AudioOutput, firstVideoFrame, LocalMedia, StatsReader, watchNetwork, type CaptureFailure, type LocalMediaState, type MediaReading } from '@/media'
import { CaptureError } from '@/media/capture-failure'
import { stillsTo } from '@/media/stills-port'
import { systemClock } from '@/signalling/clock'
import type { ProblemError } from '@/signalling/problem'
import { checkpointsIn } from '@/signalling/checkpoint-keeper'
import { useServices } from '../services'
import { rememberedPlace, rememberPlace, type CallPlace } from './callPlace'
import { rememberDevices, rememberedDevices } from './deviceMemory'

/** A small picture of a face beside the product: the uplink is better spent on the voice. */
const agentCameraBps = 400_000
const statsEveryMilliseconds = 1_000

type Invite = { readonly callId: string; readonly url: string; readonly qrSvg: string; readonly expiresAt: string }
type PlaceOf = { readonly ticketId: string; readonly number: string }

/** The agent's part in a call: one at a time, kept over pages and reloads. */
export const useCallStore = defineStore('call', () => {
  const { api, callTransport } = useServices()
  const place = shallowRef<CallPlace | null>(null)
  const invite = shallowRef<Invite | null>(null)
  const state = shallowRef<CallState>(initialCallState)
  const local = shallowRef<LocalMediaState | null>(null)
  const reading = shallowRef<MediaReading | null>(null)
  const microphoneFailure = ref<CaptureFailure | null>(null)
  const cameraFailed = ref(false)
  const soundBlocked = ref(false)
  const pictureArrived = ref(false)
  const starting = ref(false)
  /** The buyer's latest photo, while the network carries no video. */
  const buyerStill = shallowRef<ShownStill | null>(null)
  const inbox = new StillInbox(systemClock, (still) => (buyerStill.value = still))
  const lastMessage = shallowRef<CallMessage | null>(null)
  const devices = shallowRef(rememberedDevices())

  let engine: CallEngine | null = null
  let media: LocalMedia | null = null
  let timingDone = false
  const ending = ref(false)
  let stats: { readonly reader: StatsReader; readonly timer: ReturnType<typeof setInterval> } | null = null
  let stopNetworkWatch: (() => void) | null = null
  let watched: AbortController | null = null
  const audio = new AudioOutput(() => document.createElement('audio'), (blocked) => (soundBlocked.value = blocked))

  const buyerStream = computed(() => {
    const buyer = buyerOf(state.value)
    return buyer === null || engine === null ? null : engine.streamFor(buyer.participantId, 'camera')
  })
  const muted = computed(() => local.value?.microphone.muted === true)
  const cameraOn = computed(() => local.value !== null && local.value.camera.track !== null)
  const selfStream = computed(() => {
    const track = local.value?.camera.track ?? null
    return track === null ? null : new MediaStream([track])
  })

  /** Null when the call stands; the page that asked says why not. */
  async function start(ticket: PlaceOf): Promise<ProblemError | null> {
    audio.unlock()
    starting.value = true
    const result = await api.createCall(ticket.ticketId)
    starting.value = false
    if (!result.ok) return result.error
    takeInvite(result.value)
    enter({ ...ticket, callId: result.value.call.callId })
    return null
  }

  function join(callId: string, ticket: PlaceOf): void {
    audio.unlock()
    enter({ ...ticket, callId })
  }

  /** After a reload: back to where this window was. */
  function restore(): void {
    const former = rememberedPlace()
    if (former !== null && place.value === null) enter(former)
  }

  async function newLink(): Promise<ProblemError | null> {
    if (place.value === null) return null
    const result = await api.newLink(place.value.callId)
    if (!result.ok) return result.error
    takeInvite(result.value)
    return null
  }

  function takeInvite(created: CallCreatedView): void {
    invite.value = { callId: created.call.callId, url: created.buyerUrl, qrSvg: created.qrSvg, expiresAt: created.linkExpiresAt }
  }

  function enter(next: CallPlace): void {
    dispose()
    place.value = next
    rememberPlace(next)
    if (invite.value?.callId !== next.callId) invite.value = null
    state.value = initialCallState
    pictureArrived.value = false
    timingDone = false
    ending.value = false
    media = new LocalMedia('user')
    media.subscribe((value) => {
      local.value = value
      engine?.setLocal(value)
    })
    engine = new CallEngine({ onState: take, onMessage: (message) => (lastMessage.value = message), cameraBitrateBps: agentCameraBps, hub: { transport: callTransport, checkpoints: checkpointsIn(() => localStorage) }, stills: stillsTo(() => stillsPath(next.callId)) })
    engine.join(next.callId as CallId)
    void engine.startMedia()
    void openMicrophone()
    stopNetworkWatch = watchNetwork({ changed: () => engine?.networkChanged(), offline: () => undefined })
    stats = { reader: new StatsReader(), timer: setInterval(() => void readStats(), statsEveryMilliseconds) }
  }

  function take(next: CallState): void {
    state.value = next
    playVoices(next)
    fetchStill(next)
    const outcome = next.outcome
    if (outcome === null) return
    media?.stop()
    if (outcome.kind === 'ended' || outcome.kind === 'left' || (outcome.kind === 'refused' && isOver(outcome.reason))) forget()
    else if (outcome.kind === 'replaced') rememberPlace(null)
  }

  function isOver(reason: string): boolean {
    return reason === 'call.ended' || reason === 'call.not_found'
  }

  const stillsPath = (callId: string): string => `/api/calls/${callId}/stills`

  function fetchStill(next: CallState): void {
    const id = buyerOf(next)?.participantId ?? ''
    inbox.want(`${stillsPath(place.value?.callId ?? '')}/${id}`, next.outcome === null && pictureMode(next, id) !== 'video' ? next.stills[id] ?? null : null)
  }

  function playVoices(next: CallState): void {
    const streams = new Map<string, MediaStream>()
    for (const mid of audibleMids(next)) {
      const stream = engine?.streamOf(mid) ?? null
      if (stream !== null) streams.set(mid, stream)
    }
    audio.show(streams)
  }

  async function readStats(): Promise<void> {
    const report = await engine?.mediaPeer?.stats()
    if (report !== undefined && stats !== null) reading.value = stats.reader.read(report.values() as Iterable<Record<string, unknown>>, performance.now())
  }

  async function openMicrophone(): Promise<void> {
    const mine = media
    microphoneFailure.value = null
    try {
      await mine?.open({ microphone: true, camera: false, microphoneId: await presentDevice(devices.value.microphone) })
      if (devices.value.speaker !== null) await audio.useSpeaker(devices.value.speaker).catch(() => undefined)
    } catch (error) {
      if (mine === media) microphoneFailure.value = error instanceof CaptureError ? error.reason : 'unknown'
    }
    if (mine !== media) mine?.stop()
  }

  /** A remembered headset that is not plugged in must not leave the agent without a voice. */
  async function presentDevice(id: string | null): Promise<string | null> {
    if (id === null) return null
    const found = await navigator.mediaDevices.enumerateDevices().catch(() => [])
    return found.some((device) => device.deviceId === id) ? id : null
  }

  function toggleMute(): void {
    media?.setMuted(!muted.value)
  }

  async function toggleCamera(): Promise<void> {
    if (media === null) return
    cameraFailed.value = false
    const chosen = await presentDevice(devices.value.camera)
    try {
      if (cameraOn.value) await media.setCameraOff(true)
      else if (chosen !== null) await media.useCamera(chosen)
      else await media.setCameraOff(false)
    } catch {
      cameraFailed.value = true
    }
  }

  async function choose(kind: 'microphone' | 'camera' | 'speaker', id: string): Promise<void> {
    devices.value = { ...devices.value, [kind]: id }
    rememberDevices(devices.value)
    try {
      if (kind === 'microphone') await media?.useMicrophone(id)
      else if (kind === 'speaker') await audio.useSpeaker(id)
      else if (cameraOn.value) await media?.useCamera(id)
      if (kind === 'microphone') microphoneFailure.value = null
    } catch (error) {
      if (kind === 'camera') cameraFailed.value = true
      else if (kind === 'microphone') microphoneFailure.value = error instanceof CaptureError ? error.reason : 'unknown'
    }
  }

  /** The element that shows the buyer. The first decoded picture ends the clock that the buyer's Agree started. */
  async function watchPicture(video: HTMLVideoElement): Promise<void> {
    watched?.abort()
    const mine = new AbortController()
    watched = mine
    const at = await firstVideoFrame(video, mine.signal)
    if (at === null || mine.signal.aborted) return
    pictureArrived.value = true
    const { consentAtMs } = state.value
    if (timingDone || consentAtMs === null) return
    timingDone = true
    engine?.reportTiming('agree_to_agent_frame', at - consentAtMs)
  }

  async function end(): Promise<void> {
    if (ending.value || place.value === null) return
    ending.value = true
    const { callId } = place.value
    const up = state.value.signalling === 'up'
    if (!up) await api.endCall(callId)
    await engine?.hangUp('agent_hung_up')
  }

  async function leave(): Promise<void> {
    await engine?.leave()
  }

  function retry(): void {
    if (place.value !== null) enter(place.value)
  }

  function forget(): void {
    rememberPlace(null)
    invite.value = null
    // Not within the engine's own call: it is still telling us that it closed.
    const ended = engine
    queueMicrotask(() => {
      if (engine !== ended) return
      dispose()
      place.value = null
      state.value = initialCallState
    })
  }

  function dispose(): void {
    const [oldEngine, oldMedia] = [engine, media]
    engine = null
    media = null
    watched?.abort()
    if (stats !== null) clearInterval(stats.timer)
    stats = null
    stopNetworkWatch?.()
    stopNetworkWatch = null
    oldEngine?.dispose()
    oldMedia?.stop()
    audio.show(new Map())
    inbox.want('', null)
    local.value = null
    reading.value = null
    microphoneFailure.value = null
    cameraFailed.value = false
    soundBlocked.value = false
  }

  function streamFor(participantId: string): MediaStream | null {
    return engine?.streamFor(participantId, 'camera') ?? null
  }

  return {
    place, invite, state, local, reading, microphoneFailure, cameraFailed, soundBlocked, pictureArrived, starting, ending, lastMessage, devices,
    buyerStream, buyerStill, selfStream, muted, cameraOn,
    start, join, restore, newLink, openMicrophone, toggleMute, toggleCamera, choose, watchPicture, end, leave, retry, forget, streamFor,
    unlockSound: () => audio.unlock(),
  }
})
