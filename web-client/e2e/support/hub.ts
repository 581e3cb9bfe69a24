import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallCreatedView, CallView, MediaTokenView, OpenTicketRequest, RecordingView, TicketView } from '../../src/contracts/generated'
import { repository, serverDll } from './paths'

export const adminEmail = 'admin@localhost'
export const adminPassword = 'Blue-kettle-27-orchard'

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** One hub process with its own data folder and ports, and a program's view of its API. */
export class Hub {
  readonly dataFolder = mkdtempSync(join(tmpdir(), 'aftersales-e2e-'))
  output = ''
  #process: ChildProcess | undefined
  #token = ''
  #port = 0
  #mediaPort = 0

  get token(): string { return this.#token }
  get mediaPort(): number { return this.#mediaPort }
  get url(): string { return `http://localhost:${this.#port}` }
  get pid(): number { return this.#process?.pid ?? 0 }

  /** Starts on an empty data folder: takes the printed one-time password and replaces it, as an administrator would. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<Hub> {
    const hub = new Hub()
    try {
      hub.#port = await freePort()
      hub.#mediaPort = await freePort()
      await hub.spawn(settings)
      await hub.takeOver()
      return hub
    } catch (error) {
      await hub.close()
      throw error
    }
  }

  async spawn(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    // A worker that is killed runs no handler of its own: the kernel then ends its hub, which keeps the process id.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'dotnet', serverDll, '--data', this.dataFolder,
      `--Http:Port=${this.#port}`, '--Https:Port=-1', `--Media:UdpPort=${this.#mediaPort}`, `--Media:TcpPort=${this.#mediaPort}`,
      ...Object.entries(settings).map(([key, value]) => `--${key}=${value}`)], { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#process = child
    child.stdout.on('data', (chunk: Buffer) => { this.output += chunk.toString() })
    child.stderr.on('data', (chunk: Buffer) => { this.output += chunk.toString() })
    await this.until(async () => (await fetch(`${this.url}/readyz`).catch(() => undefined))?.ok === true, 60_000,
      () => `the hub did not become ready:\n${this.output}`)
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#process
    if (!child || hasExited(child)) return
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    // One that does not stop when asked is itself a fault, but must not outlive the tests.
    const deadline = setTimeout(() => child.kill('SIGKILL'), 20_000)
    await exited
    clearTimeout(deadline)
  }

  async close(): Promise<void> {
    await this.stop()
    rmSync(this.dataFolder, { recursive: true, force: true })
  }

  private async takeOver(): Promise<void> {
    const oneTime = /password[^\n]*?:\s*(\S+)/i.exec(this.output)?.[1]
    if (!oneTime) throw new Error(`no one-time password in the hub's output:\n${this.output}`)
    await this.signIn(oneTime)
    await this.call('POST', '/api/session/password', { currentPassword: oneTime, newPassword: adminPassword })
    await this.signIn(adminPassword)
  }

  async signIn(password: string): Promise<void> {
    this.#token = ''
    const { accessToken } = await this.call<{ accessToken: string }>('POST', '/api/tokens', { email: adminEmail, password })
    this.#token = accessToken
  }

  async fetch(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(this.url + path, {
      method,
      headers: {
        ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.fetch(method, path, body)
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return (text ? JSON.parse(text) : undefined) as T
  }

  openTicket(overrides: Partial<OpenTicketRequest> = {}): Promise<TicketView> {
    return this.call('POST', '/api/tickets', {
      subject: '左耳没有声音', buyerName: '王小明', buyerPhone: '13812344821', problemType: 'product', platform: 'douyin', platformOrderId: '69230014821',
      orderLines: [{ sku: 'EB-01', title: '无线耳机', quantity: 1, unitPrice: 299, currency: 'CNY' }], ...overrides,
    })
  }

  createCall(ticketId: string): Promise<CallCreatedView> { return this.call('POST', `/api/tickets/${ticketId}/calls`) }
  endCall(callId: string): Promise<CallView> { return this.call('POST', `/api/calls/${callId}/end`) }
  mediaToken(callId: string, role: string): Promise<MediaTokenView> {
    return this.call('POST', `/api/calls/${callId}/media-tokens`, { role, displayName: role, consentGiven: true, language: 'en' })
  }

  /** A call all of whose recordings are done with: FFmpeg shares two cores with the browsers, so pages are looked at after this. */
  async finishedCall(callId: string, timeoutMs = 60_000): Promise<CallView & { readonly recording: RecordingView }> {
    let last: CallView | undefined
    await this.until(async () => {
      last = await this.call<CallView>('GET', `/api/calls/${callId}`).catch(() => undefined)
      return last?.recording ? [last.recording, ...last.earlierRecordings].every(isDoneWith) : false
    }, timeoutMs, () => `the recordings did not finish: ${JSON.stringify(last)}`)
    return last as CallView & { readonly recording: RecordingView }
  }

  async finishedRecording(callId: string, timeoutMs = 60_000): Promise<RecordingView> {
    return (await this.finishedCall(callId, timeoutMs)).recording
  }

  async download(path: string): Promise<Buffer> {
    const response = await this.fetch('GET', path)
    if (!response.ok) throw new Error(`GET ${path}: ${response.status}`)
    return Buffer.from(await response.arrayBuffer())
  }

  /** Resident memory in MiB. */
  residentMiB(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1]) / 1024
  }

  private async until(done: () => Promise<boolean>, timeoutMs: number, explain: () => string): Promise<void> {
    const end = Date.now() + timeoutMs
    while (!(await done())) {
      if (Date.now() > end || (this.#process && hasExited(this.#process))) throw new Error(explain())
      await new Promise((resolve) => { setTimeout(resolve, 100) })
    }
  }
}

/** A recording plays before its file for download is made, which is what these tests decode. */
function isDoneWith({ state, files }: RecordingView): boolean {
  if (state === 'recording' || state === 'muxing') return false
  return state === 'failed' || state === 'empty' || files.some((file) => file.purpose === 'playback')
}
