import { HubSocket } from './hub-socket'

/** One WebSocket to one hub. It connects once; who wants a second life makes a new one. */
export type HubTransport = {
  start(): Promise<void>
  stop(): Promise<void>
  invoke(method: string, argument: unknown): Promise<unknown>
  readonly open: boolean
}

export type HubTransportEvents = {
  receive(message: unknown): void
  closed(): void
}

export type HubTransportFactory = (events: HubTransportEvents) => HubTransport

/** @param path of the hub on our own origin, "/hubs/call". */
export function socketTransport(path: string): HubTransportFactory {
  return (events) => new HubSocket(() => new WebSocket(socketUrl(path, globalThis.location.href)), events)
}

function socketUrl(path: string, page: string): string {
  const url = new URL(path, page)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}
