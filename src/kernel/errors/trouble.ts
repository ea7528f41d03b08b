import { SealiftError } from './error.ts'

/**
 * The cause of an error that is a server's own, not that of what was asked for: it `waits` when it asks to slow down,
 * and `fails` when it went on failing however often it was asked.
 */
export class ServerTrouble extends Error {
  readonly kind: 'waits' | 'fails'

  constructor(kind: 'waits' | 'fails', cause?: unknown) {
    super(`the server ${kind}`, cause === undefined ? {} : { cause })
    this.kind = kind
  }
}

/** What is wrong with the server that an error came from; nothing where the error says nothing of other requests. */
export function troubleOf(error: unknown): 'unreachable' | ServerTrouble['kind'] | undefined {
  if (error instanceof SealiftError && error.code === 'REGISTRY_UNREACHABLE') return 'unreachable'
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof ServerTrouble) return at.kind
  return undefined
}
