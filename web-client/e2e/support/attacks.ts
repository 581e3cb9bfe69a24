import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import type { Hub } from './hub'
import { repository } from './paths'

export type FloodReport = {
  readonly sent: number
  /** Answers by their code; "" for a call that was done. */
  readonly answers: Readonly<Record<string, number>>
  /** Sockets the server cut. */
  readonly cut: number
}

/** A page that sends hub messages at a rate for a time, on a new socket whenever the server cuts one. */
export function floodHub(page: Page, hub: Hub, callId: string, perSecond: number, seconds: number): Promise<FloodReport> {
  return page.evaluate(async ({ url, call, rate, duration }) => {
    const end = '\u001e'
    const report = { sent: 0, answers: {} as Record<string, number>, cut: 0 }
    const open = (): Promise<WebSocket> => new Promise((resolve, reject) => {
      const socket = new WebSocket(url)
      socket.onerror = () => reject(new Error('the hub takes no socket'))
      socket.onopen = () => {
        socket.send(`{"protocol":"json","version":1}${end}`)
        socket.send(`${JSON.stringify({ type: 1, invocationId: 'c', target: 'Connect', arguments: [{ callId: call, resumeToken: null, lastSeq: 0 }] })}${end}`)
        resolve(socket)
      }
      socket.onmessage = (event: MessageEvent<string>) => {
        for (const text of event.data.split(end).filter((part) => part !== '')) {
          const { result } = JSON.parse(text) as { result?: { code?: string | null } }
          if (result !== undefined) report.answers[result.code ?? ''] = (report.answers[result.code ?? ''] ?? 0) + 1
        }
      }
    })
    let socket = await open()
    const begun = performance.now()
    while (performance.now() - begun < duration * 1000) {
      if (socket.readyState !== WebSocket.OPEN) {
        report.cut++
        socket = await open()
      }
      for (const due = (rate * (performance.now() - begun)) / 1000; report.sent < due; report.sent++) {
        socket.send(`${JSON.stringify({ type: 1, invocationId: `${report.sent}`, target: 'Acknowledge', arguments: [{ seq: 0 }] })}${end}`)
      }
      await new Promise((resolve) => { setTimeout(resolve, 20) })
    }
    socket.onmessage = null
    socket.close()
    return report
  }, { url: hubUrl(hub), call: callId, rate: perSecond, duration: seconds })
}

export type HubAnswer = { readonly code: string | null, readonly detail: string | null } | 'cut'

/** One hub call on a socket of its own that has taken a place in a call; "cut" when the server closed it instead of answering. */
export function askHub(page: Page, hub: Hub, callId: string, target: string, argument: unknown): Promise<HubAnswer> {
  return page.evaluate(({ url, call, method, given }) => new Promise<{ code: string | null, detail: string | null } | 'cut'>((resolve) => {
    const end = '\u001e'
    const invoke = (id: string, name: string, value: unknown): string => `${JSON.stringify({ type: 1, invocationId: id, target: name, arguments: [value] })}${end}`
    const socket = new WebSocket(url)
    socket.onclose = () => resolve('cut')
    socket.onopen = () => {
      socket.send(`{"protocol":"json","version":1}${end}`)
      socket.send(invoke('1', 'Connect', { callId: call, resumeToken: null, lastSeq: 0 }))
    }
    socket.onmessage = (event: MessageEvent<string>) => {
      for (const text of event.data.split(end).filter((part) => part !== '')) {
        const { invocationId, result } = JSON.parse(text) as { invocationId?: string, result?: { code: string | null, detail?: string | null } }
        if (invocationId === '1') socket.send(invoke('2', method, given))
        if (invocationId !== '2') continue
        socket.onclose = null
        socket.close()
        resolve({ code: result?.code ?? null, detail: result?.detail ?? null })
      }
    }
  }), { url: hubUrl(hub), call: callId, method: target, given: argument })
}

function hubUrl(hub: Hub): string {
  return `${hub.url.replace('http', 'ws')}/hubs/call?access_token=${encodeURIComponent(hub.token)}`
}

/** Mulberry32: small, and the same bytes for the same seed everywhere. */
export function randomBytes(seed: number): (length: number) => Buffer {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) & 0xff
  }
  return (length) => Buffer.from(Array.from({ length }, next))
}

/** Random datagrams; every second one begins like STUN, DTLS or RTP, so that each parser sees its share. */
export async function sprayDatagrams(port: number, count: number, seed: number): Promise<void> {
  const bytes = randomBytes(seed)
  const firstBytes = [0x00, 0x01, 0x14, 0x16, 0x17, 0x80, 0x90, 0xb0]
  const socket = createSocket('udp4')
  try {
    for (let i = 0; i < count; i++) {
      const datagram = bytes(1 + (bytes(1)[0]! * 5))
      if (i % 2 === 0) datagram[0] = firstBytes[(i / 2) % firstBytes.length]!
      if (i % 64 === 63) await new Promise((resolve) => { socket.send(datagram, port, '127.0.0.1', resolve) })
      else socket.send(datagram, port, '127.0.0.1')
    }
  } finally {
    socket.close()
    await once(socket, 'close')
  }
}

type Operation = { readonly method: string, readonly path: string }

/** Every operation of the API document. */
export function operations(): readonly Operation[] {
  const document = JSON.parse(readFileSync(`${repository}web-client/src/contracts/openapi.json`, 'utf8')) as { paths: Record<string, Record<string, unknown>> }
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).filter((key) => ['get', 'post', 'put', 'patch', 'delete'].includes(key)).map((method) => ({ method: method.toUpperCase(), path })))
}

export const malformedBodies: readonly { readonly name: string, readonly type: string, readonly body: string | Uint8Array<ArrayBuffer> }[] = [
  { name: 'nothing', type: 'application/json', body: '' },
  { name: 'half an object', type: 'application/json', body: '{"subject":' },
  { name: 'null', type: 'application/json', body: 'null' },
  { name: 'a list', type: 'application/json', body: '[1,2,3]' },
  { name: 'wrong types', type: 'application/json', body: '{"subject":{},"choice":7,"stars":"x","email":[],"roles":3,"token":null,"notes":true,"version":"one","role":{},"reason":[]}' },
  { name: 'a deep list', type: 'application/json', body: '['.repeat(20_000) },
  { name: 'bytes that are no text', type: 'application/json', body: Uint8Array.from(randomBytes(7)(2_000)) },
  { name: 'a foreign type', type: 'application/xml', body: '<a/>' },
  { name: 'SDP that is none', type: 'application/sdp', body: 'v=0\r\nm=audio 9 x\r\n' },
  { name: 'a form without an end', type: 'multipart/form-data; boundary=x', body: '--x\r\nContent-Disposition: form-data; name="photo"\r\n\r\n' },
]
