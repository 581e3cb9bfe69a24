import { HubConnectionBuilder, HubConnectionState, HttpTransportType, LogLevel } from '@microsoft/signalr'

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

/**
 * WebSockets without the negotiate request: it saves a round trip on the way to the first frame, and a network that
 * blocks WebSockets would not carry the call either.
 */
export function signalrTransport(url: string): HubTransportFactory {
  return (events) => {
    const connection = new HubConnectionBuilder()
      .withUrl(url, { skipNegotiation: true, transport: HttpTransportType.WebSockets })
      .configureLogging(LogLevel.None)
      .build()
    connection.on('Receive', (message: unknown) => events.receive(message))
    connection.onclose(() => events.closed())
    return {
      start: () => connection.start(),
      stop: () => connection.stop(),
      invoke: (method, argument) => connection.invoke<unknown>(method, argument),
      get open() { return connection.state === HubConnectionState.Connected },
    }
  }
}
