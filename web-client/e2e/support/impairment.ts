import type { BrowserContext } from '@playwright/test'
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { probeDll } from './paths'

/**
 * A bad network before a hub's media port, for one browser: UDP and TCP of that browser go through it. Lines are those of
 * tests/AfterSales.Video.TestKit/Network/LinkScript.cs without the time; `udp ` or `tcp ` before a line means that one only.
 */
export class Impairment {
  #child: ChildProcess
  readonly port: number

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
  }

  static async start(hubPort: number, line: string, seed = 1): Promise<Impairment> {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'dotnet', probeDll, 'impair', '0', `${hubPort}`, '/dev/null', `${seed}`], { stdio: ['pipe', 'pipe', 'inherit'] })
    const first = await new Promise<string>((resolve, reject) => {
      createInterface(child.stdout).once('line', resolve)
      child.once('exit', (code) => { reject(new Error(`the proxy ended with ${code}`)) })
    })
    child.stdout.resume()
    const made = new Impairment(child, Number(/:(\d+) →/.exec(first)?.[1]))
    made.apply(line)
    return made
  }

  apply(line: string): void { this.#child.stdin?.write(`${line}\n`) }

  close(): Promise<void> {
    this.#child.stdin?.end()
    return new Promise((resolve) => {
      if (this.#child.exitCode !== null) return resolve()
      this.#child.once('exit', () => { resolve() })
    })
  }
}

/** Pages opened from now on send their media to the proxy: every candidate of the hub names its port instead. Keeps their connections for {@link peersOf}. */
export async function detour(context: BrowserContext, hubPort: number, proxyPort: number): Promise<void> {
  await context.addInitScript(([from, to]) => {
    const peers = new Set<RTCPeerConnection>()
    Object.defineProperty(window, '__peers', { value: peers })
    const owner: object = window.RTCPeerConnection.prototype
    const native = Reflect.get(owner, 'setRemoteDescription') as (description: RTCSessionDescriptionInit) => Promise<void>
    Reflect.set(owner, 'setRemoteDescription', function (this: RTCPeerConnection, { type, sdp = '' }: RTCSessionDescriptionInit) {
      peers.add(this)
      const moved = sdp.replaceAll(new RegExp(`^(a=candidate:\\S+ \\d \\S+ \\d+ \\S+) ${from} `, 'gmi'), `$1 ${to} `)
      return Reflect.apply(native, this, [{ type, sdp: moved }])
    })
  }, [`${hubPort}`, `${proxyPort}`] as const)
}
