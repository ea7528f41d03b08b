// client-node's types need those of ws, which it does not bring along: as much of them as it and we use.
declare module 'ws' {
  import type { RequestOptions } from 'node:https'

  class WebSocket {
    readonly OPEN: number
    readonly readyState: number
    readonly protocol: string
    on(event: 'close', listener: () => void): this
    on(event: 'error', listener: (error: Error) => void): this
    send(data: Uint8Array, sent?: (error?: Error) => void): void
    ping(): void
    pause(): void
    resume(): void
    close(): void
    terminate(): void
  }
  namespace WebSocket {
    export type ClientOptions = RequestOptions
    export { WebSocket }
  }
  export = WebSocket
}
