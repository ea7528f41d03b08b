import { SealiftError, troubleOf } from '../../kernel/errors/index.ts'
import { type Digest, printReference, type Reference } from '../../kernel/oci/index.ts'
import type { Registry, ServedManifest } from '../../kernel/ports/index.ts'

/** How often in a row a registry may go on failing before it is asked nothing more. */
const mostFailures = 3

const why = {
  unreachable: 'cannot be reached',
  waits: 'asks to slow down',
  fails: 'went on failing',
} as const

/**
 * A registry for one run with one signal, which is asked nothing twice: what was read once is known, by its tag and by
 * its digest. A registry that cannot be reached or asks to slow down, whatever it was asked for, is asked nothing
 * more, and neither is one that failed three times in a row: what comes later fails at once and says so.
 */
export function askedOnce(registry: Registry): Registry {
  const known = new Map<string, Promise<unknown>>()
  const failures = new Map<string, number>()
  const given = new Map<string, SealiftError>()

  const refuse = (reference: Reference) => {
    const error = given.get(reference.registry)
    if (error === undefined) return
    const reason = why[troubleOf(error) ?? 'fails']
    const name = printReference(reference)
    throw new SealiftError(error.code, `${name} was not asked for: ${reference.registry} ${reason}`, {
      hints: error.hints,
      cause: error,
    })
  }
  const note = ({ registry: host }: Reference, error?: unknown) => {
    const trouble = error === undefined ? undefined : troubleOf(error)
    const count = trouble === undefined ? 0 : (failures.get(host) ?? 0) + 1
    failures.set(host, count)
    if (trouble === undefined || !(error instanceof SealiftError)) return
    if (trouble !== 'fails' || count >= mostFailures) given.set(host, error)
  }
  const once = <T>(what: string, reference: Reference, ask: () => Promise<T>): Promise<T> => {
    const before = known.get(what)
    if (before !== undefined) return before as Promise<T>
    const answer = (async () => {
      refuse(reference)
      try {
        const result = await ask()
        note(reference)
        return result
      } catch (error) {
        note(reference, error)
        known.delete(what)
        throw error
      }
    })()
    known.set(what, answer)
    return answer
  }

  const nameOf = ({ registry: host, repository, tag, digest }: Reference) =>
    digest === undefined ? `${host}/${repository}:${tag ?? 'latest'}` : `${host}/${repository}@${digest}`
  const keep = (reference: Reference, served: ServedManifest | undefined) => {
    const { digest } = served?.descriptor ?? {}
    if (digest !== undefined) known.set(`read ${nameOf({ ...reference, digest })}`, Promise.resolve(served))
    return served
  }
  /** What was read before, or is being read; nothing where it was not there. */
  const before = (reference: Reference) =>
    known.get(`read ${nameOf(reference)}`) as Promise<ServedManifest | undefined> | undefined

  return {
    async manifest(reference, signal) {
      const reading = before(reference)
      const found = await reading
      if (found !== undefined) return found
      // It was not there when it was looked for: whoever must have it is told why.
      if (reading !== undefined) known.delete(`read ${nameOf(reference)}`)
      const ask = async () => keep(reference, await registry.manifest(reference, signal))
      return (await once(`read ${nameOf(reference)}`, reference, ask)) as ServedManifest
    },
    async find(reference, beside, signal) {
      const ask = async () => keep(reference, await registry.find(reference, beside, signal))
      return once(`read ${nameOf(reference)}`, reference, ask)
    },
    async digest(reference, options = {}) {
      const found = await before(reference)
      if (found !== undefined) return found.descriptor.digest
      const what = `digest ${nameOf(reference)} ${options.beside}`
      return once<Digest | 'absent' | undefined>(what, reference, () => registry.digest(reference, options))
    },
    referrers(reference, subject, signal) {
      const name = nameOf({ ...reference, digest: subject })
      return once(`referrers ${name}`, reference, () => registry.referrers(reference, subject, signal))
    },
    async tags(repository, signal) {
      // A list that serves a hint is worth no waiting for whom nothing else is asked of.
      if (given.has(repository.registry)) return undefined
      const what = `tags ${repository.registry}/${repository.repository}`
      const asked = known.get(what) ?? registry.tags(repository, signal)
      known.set(what, asked)
      return asked as ReturnType<Registry['tags']>
    },
    async *blob(reference, descriptor, options) {
      refuse(reference)
      try {
        yield* registry.blob(reference, descriptor, options)
      } catch (error) {
        note(reference, error)
        throw error
      }
    },
  }
}
