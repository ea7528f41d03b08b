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

/** An answer that has come, or is to come. */
interface Known {
  readonly answer: Promise<unknown>
  failed: boolean
  /** Somebody who needs it has asked for it. */
  wanted: boolean
}

/** A registry that is asked nothing twice. */
export interface AskedOnce extends Registry {
  /**
   * The same, for what will be wanted only later, most likely. What fails is told to the first who wants it, as if it had
   * been asked for then.
   */
  readonly ahead: Registry
}

/**
 * A registry for one run with one signal, which is asked nothing twice: what was read once is known, by its tag and by
 * its digest. A registry that cannot be reached or asks to slow down, whatever it was asked for, is asked nothing
 * more, and neither is one that failed three times in a row: what comes later fails at once and says so.
 */
export function askedOnce(registry: Registry): AskedOnce {
  const known = new Map<string, Known>()
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
  const keep = (what: string, answer: Promise<unknown>, wanted: boolean) => {
    const entry: Known = { answer, wanted, failed: false }
    known.set(what, entry)
    answer.catch(() => {
      entry.failed = true
      if (entry.wanted) known.delete(what)
    })
    return answer
  }
  /** What is known, or will be. A failure that nobody has wanted is told once. */
  const recall = (what: string, wanted: boolean): Promise<unknown> | undefined => {
    const entry = known.get(what)
    if (entry === undefined) return undefined
    if (wanted && entry.failed) known.delete(what)
    entry.wanted ||= wanted
    return entry.answer
  }
  const ask = async <T>(reference: Reference, asking: () => Promise<T>): Promise<T> => {
    refuse(reference)
    try {
      const result = await asking()
      note(reference)
      return result
    } catch (error) {
      note(reference, error)
      throw error
    }
  }

  const nameOf = ({ registry: host, repository, tag, digest }: Reference) =>
    digest === undefined ? `${host}/${repository}:${tag ?? 'latest'}` : `${host}/${repository}@${digest}`
  const read = (reference: Reference) => `read ${nameOf(reference)}`

  const view = (wanted: boolean): Registry => {
    const once = <T>(what: string, reference: Reference, asking: () => Promise<T>): Promise<T> =>
      (recall(what, wanted) ?? keep(what, ask(reference, asking), wanted)) as Promise<T>
    /** Known by its digest, too. */
    const served = (reference: Reference, asking: () => Promise<ServedManifest | undefined>) =>
      once(read(reference), reference, async () => {
        const found = await asking()
        const { digest } = found?.descriptor ?? {}
        if (digest !== undefined) void keep(read({ ...reference, digest }), Promise.resolve(found), wanted)
        return found
      })
    return {
      async manifest(reference, signal) {
        const reading = recall(read(reference), wanted)
        const found = (await reading) as ServedManifest | undefined
        if (found !== undefined) return found
        // It was not there when it was looked for: whoever must have it is told why.
        if (reading !== undefined) known.delete(read(reference))
        return (await served(reference, () => registry.manifest(reference, signal))) as ServedManifest
      },
      find: (reference, beside, signal) => served(reference, () => registry.find(reference, beside, signal)),
      async digest(reference, options = {}) {
        const found = (await recall(read(reference), wanted)) as ServedManifest | undefined
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
        const asked = recall(what, wanted) ?? keep(what, registry.tags(repository, signal), wanted)
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
  return { ...view(true), ahead: view(false) }
}
