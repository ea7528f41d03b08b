import type { IncomingMessage } from 'node:http'
import type { Secret } from '../../kernel/ports/index.ts'

/** Bytes that a request sends. */
export interface SentBody {
  readonly size: number
  readonly bytes: () => AsyncIterable<Uint8Array>
}

/** One request. */
export interface Asking {
  /** What is asked for, as messages name it. */
  readonly subject: string
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly authorization?: Secret | undefined
  /** A form to POST; without one it is a GET. */
  readonly form?: URLSearchParams
  /** Something to write, with the bytes that go along; they are asked for anew where it is sent again. Follows no redirects. */
  readonly writing?: { readonly method: 'POST' | 'PUT'; readonly body?: SentBody }
  /** Asks for the head of the answer alone. */
  readonly headOnly?: boolean
  readonly signal?: AbortSignal | undefined
  /** Reads a long body past the HTTP parser: its chunks are good until the next one, its connection for no more. */
  readonly tapped?: boolean | undefined
}

/** An answer's head, with its body still to be read, or given up by {@link drain} or {@link discard}. */
export interface Answer {
  /** Where it came from in the end. */
  readonly url: URL
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: AsyncIterable<Buffer>
  readonly response: IncomingMessage
  /** The credentials that its sender saw. */
  readonly authorization: Secret | undefined
}
