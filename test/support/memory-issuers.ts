import type { IssuerAnswer, Issuers } from '../../src/kernel/ports/index.ts'

/** Issuers in memory. */
export interface MemoryIssuers extends Issuers {
  /** What comes of asking one, by its discovery address; one that is not here can be reached, in public. */
  readonly answers: Map<string, IssuerAnswer>
  /** Whom it was asked for, and with which CA. */
  readonly asked: { readonly discovery: string; readonly ca: string }[]
}

/** Issuers that can all be reached, until a test says otherwise. */
export function memoryIssuers(): MemoryIssuers {
  const memory: MemoryIssuers = {
    answers: new Map(),
    asked: [],
    async ask(discovery, ca) {
      memory.asked.push({ discovery, ca })
      return memory.answers.get(discovery) ?? { reached: true, issuer: discovery, isPrivate: false }
    },
  }
  return memory
}
