import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket as Connection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const home = '127.0.0.1'
/** Above what Linux gives to sockets that do not ask (net.ipv4.ip_local_port_range ends at 60999): a port of these is the relay's, never a browser's. */
const relayPorts = { from: 61_000, to: 61_199 }
export const relaySecret = 'between-hub-and-relay-only'

function boundSocket(): Promise<Socket> {
  const socket = createSocket('udp4')
  return new Promise((resolve) => socket.bind(0, home, () => { resolve(socket) }))
}

/** A real coturn that knows the hub's secret. */
export class Relay {
  readonly #folder = mkdtempSync(join(tmpdir(), 'coturn-'))
  readonly #child: ChildProcess
  readonly port: number
  output = ''

  private constructor(port: number) {
    this.port = port
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', 'turnserver', '-n', `--listening-ip=${home}`, `--relay-ip=${home}`, `--listening-port=${port}`, `--min-port=${relayPorts.from}`, `--max-port=${relayPorts.to}`, '--use-auth-secret',
      `--static-auth-secret=${relaySecret}`, '--realm=aftersales.test', '--allow-loopback-peers', '--denied-peer-ip=0.0.0.0-255.255.255.255', `--allowed-peer-ip=${home}`, '--no-cli', '--no-tls', '--no-dtls', '--log-file=stdout', '--simple-log', '--verbose',
      `--pidfile=${this.#folder}/pid`, `--userdb=${this.#folder}/users`], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stdout?.on('data', (chunk: Buffer) => { this.output += chunk.toString() })
    this.#child.stderr?.on('data', (chunk: Buffer) => { this.output += chunk.toString() })
  }

  static async start(): Promise<Relay> {
    const probe = await boundSocket()
    const { port } = probe.address()
    await new Promise<void>((resolve) => { probe.close(() => { resolve() }) })
    const relay = new Relay(port)
    for (let tries = 0; !(await answers(port)); tries++) {
      if (tries > 200 || relay.#child.exitCode !== null) throw new Error(`coturn did not start (apt-get install coturn):\n${relay.output}`)
      await new Promise((resolve) => { setTimeout(resolve, 50) })
    }
    return relay
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    if (this.#child.exitCode === null && this.#child.kill()) await gone
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, home, () => { probe.destroy(); resolve(true) })
    probe.once('error', () => { resolve(false) })
  })
}


/**
 * A firewall before a hub's media port: datagrams pass only between the hub and the relay's ports, TCP is taken and never answered.
 */
export class Firewall {
  readonly #front: Socket
  readonly #tcp: Server
  readonly #behind = new Map<number, Socket>()
  readonly #swallowed = new Set<Connection>()
  /** Datagrams that were let through and held back. */
  readonly counted = { passed: 0, blocked: 0 }

  private constructor(front: Socket, tcp: Server, private readonly hubPort: number) {
    this.#front = front
    this.#tcp = tcp
  }

  get port(): number { return this.#front.address().port }

  static async start(hubPort: number): Promise<Firewall> {
    const front = await boundSocket()
    const tcp = createServer()
    await new Promise<void>((resolve) => { tcp.listen(front.address().port, home, resolve) })
    const wall = new Firewall(front, tcp, hubPort)
    tcp.on('connection', (connection) => {
      wall.#swallowed.add(connection)
      connection.on('error', () => undefined)
      connection.resume()
    })
    front.on('message', (datagram, from) => void wall.forward(datagram, from.address, from.port))
    return wall
  }

  private async forward(datagram: Buffer, address: string, port: number): Promise<void> {
    if (address !== home || port < relayPorts.from || port > relayPorts.to) {
      this.counted.blocked++
      return
    }
    this.counted.passed++
    let socket = this.#behind.get(port)
    if (socket === undefined) {
      socket = await boundSocket()
      this.#behind.set(port, socket)
      socket.on('message', (answer) => { this.#front.send(answer, port, address) })
    }
    socket.send(datagram, this.hubPort, home)
  }

  close(): Promise<void> {
    for (const socket of [this.#front, ...this.#behind.values()]) socket.close()
    for (const connection of this.#swallowed) connection.destroy()
    return new Promise((resolve) => { this.#tcp.close(() => { resolve() }) })
  }
}
