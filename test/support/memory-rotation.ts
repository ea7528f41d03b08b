/** The RotationServer port in memory, over the secrets of a memory Infisical (`prod/db/NAME`). */
import type { RotationServer } from '../../src/kernel/ports/index.ts'
import { answered } from './answered.ts'

/** A server with its state to look at, and what it was asked. */
export interface MemoryRotation extends RotationServer {
  /** Requests, in order: `ages project-1 prod`. */
  readonly asked: string[]
  /** When secrets were changed, and by whom, by their place and name; 1970 for all others. */
  readonly changed: Map<string, { readonly at: number; readonly by?: string }>
  /** Called before each request is answered; one that throws fails it. */
  before: (request: string) => void
}

/** Opens it. */
export function memoryRotation(secrets: Map<string, string>): MemoryRotation {
  const asked: string[] = []
  const request = (words: string) => {
    asked.push(words)
    memory.before(words)
  }
  const memory: MemoryRotation = {
    asked,
    changed: new Map(),
    before: () => {},
    async ages(projectId, environment) {
      request(`ages ${projectId} ${environment}`)
      return [...secrets.keys()]
        .filter(key => key.startsWith(`${environment}/`))
        .map(key => {
          const { at = 0, by } = memory.changed.get(key) ?? {}
          const [, path = '', name = ''] = /^[^/]+(\/.*?)\/?([^/]+)$/.exec(key) ?? []
          return { name, path, changedAt: at, version: 1, ...(by === undefined ? {} : { by }) }
        })
    },
    async putTogether({ environment, path }, values) {
      request(`putTogether ${environment} ${path} ${Object.keys(values).join()}`)
      const keyed = Object.entries(values).map(
        ([name, value]) => [`${environment}${path}/${name}`, value] as const,
      )
      const absent = keyed.filter(([key]) => !secrets.has(key)).map(([key]) => key.split('/').at(-1))
      if (absent.length > 0) throw answered(404, `Secret does not exist: ${absent.join(',')} in path ${path}`)
      for (const [key, value] of keyed) secrets.set(key, value.reveal())
    },
  }
  return memory
}
