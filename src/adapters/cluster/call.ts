/** One call of the Kubernetes API. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Path below the server's address, already encoded, with its query. */
  readonly path: string
  readonly body?: unknown
  readonly contentType?: string
  /** What the call does in the words of RBAC: `get` `secrets`, and to what: for messages. */
  readonly verb: string
  readonly resource: string
  readonly name?: string | undefined
  readonly namespace?: string | undefined
}

/** What the server answered, whatever the status. */
export interface Answer {
  readonly status: number
  readonly text: string
  /** Seconds to wait before the next try, when the server says so. */
  readonly retryAfter?: number
}
