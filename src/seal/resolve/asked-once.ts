import type { Digest, Reference } from '../../kernel/oci/index.ts'
import type { Registry, ServedManifest } from '../../kernel/ports/index.ts'
import { Patience } from './patience.ts'

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
   * been asked for then. Until then it is no reason to ask the registry nothing more of what is wanted.
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
  const told = new Patience()
  const aheads = new Patience()
  const keep = (what: string, answer: Promise<unknown>, wanted: boolean) => {
    const entry: Known = { answer, wanted, failed: false }
    known.set(what, entry)
    answer.catch(() => {
      entry.failed = true
      if (entry.wanted) known.delete(what)
    })
    return answer
  }
  /** What is known, or will be. A failure that nobody has wanted is told once, and counts only then. */
  const recall = (what: string, wanted: boolean, reference?: Reference): Promise<unknown> | undefined => {
    const entry = known.get(what)
    if (entry === undefined) return undefined
    if (wanted && entry.failed) known.delete(what)
    if (wanted && !entry.wanted && reference !== undefined) told.watch(reference, entry.answer)
    entry.wanted ||= wanted
    return entry.answer
  }

  const nameOf = ({ registry: host, repository, tag, digest }: Reference) =>
    digest === undefined ? `${host}/${repository}:${tag ?? 'latest'}` : `${host}/${repository}@${digest}`
  const read = (reference: Reference) => `read ${nameOf(reference)}`

  const view = (wanted: boolean): Registry => {
    const patience = wanted ? told : aheads
    const refuse = (reference: Reference) => {
      told.refuse(reference)
      patience.refuse(reference)
    }
    const once = async <T>(what: string, reference: Reference, asking: () => Promise<T>): Promise<T> => {
      const before = recall(what, wanted, reference)
      if (before !== undefined) return (await before) as T
      // What is not asked for ahead may still be where it is wanted.
      refuse(reference)
      const answer = asking()
      patience.watch(reference, answer)
      void keep(what, answer, wanted)
      return await answer
    }
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
        const reading = recall(read(reference), wanted, reference)
        const found = (await reading) as ServedManifest | undefined
        if (found !== undefined) return found
        // It was not there when it was looked for: whoever must have it is told why.
        if (reading !== undefined) known.delete(read(reference))
        return (await served(reference, () => registry.manifest(reference, signal))) as ServedManifest
      },
      find: (reference, beside, signal) => served(reference, () => registry.find(reference, beside, signal)),
      async digest(reference, options = {}) {
        const found = (await recall(read(reference), wanted, reference)) as ServedManifest | undefined
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
        if (told.isOver(repository.registry) || patience.isOver(repository.registry)) return undefined
        const what = `tags ${repository.registry}/${repository.repository}`
        const asked = recall(what, wanted) ?? keep(what, registry.tags(repository, signal), wanted)
        return asked as ReturnType<Registry['tags']>
      },
      async *blob(reference, descriptor, options) {
        refuse(reference)
        try {
          yield* registry.blob(reference, descriptor, options)
        } catch (error) {
          patience.note(reference, error)
          throw error
        }
      },
    }
  }
  return { ...view(true), ahead: view(false) }
}
