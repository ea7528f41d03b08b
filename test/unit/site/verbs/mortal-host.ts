/**
 * A host whose process is killed: after a change of the world that a test chooses nothing of it reaches anything. Or one
 * whose world refuses that change.
 */
import type { KubernetesObject, SiteHost } from '../../../../src/kernel/ports/index.ts'
import type { MemoryWorld } from './memory-world.ts'

/** What everything is answered with that a dead process would have called. */
export const dead = new Error('the process is dead')

/** One life of a process on a site. */
export interface Life {
  readonly host: SiteHost
  /** What it has changed, in order: `cluster.apply Secret demo/x`. */
  readonly changes: string[]
  /** The change that was refused. */
  readonly refused: string[]
  /** Gives the world back, for another life. */
  end(): void
}

/** Calls that change something; all others only look. */
const changing =
  /^(apply|scale|create|delete|import|pin|unpack|remove|endLeftovers|uninstall|append|write|bootstrap|attach|revoke|clear|ensure|add|put|set)/
const words = (args: readonly unknown[]) =>
  args
    .map(one => {
      if (typeof one === 'string') return one.startsWith('{') ? '' : one
      const { kind, metadata } = (one ?? {}) as Partial<KubernetesObject>
      return [kind, metadata && `${metadata.namespace ?? ''}/${metadata.name}`].filter(Boolean).join(' ')
    })
    .filter(word => word !== '')
    .slice(0, 3)
    .join(' ')

/** How the process dies, or what refuses its change: by the change's name, what is thrown instead of doing it. */
export type Refusing = (what: string) => Error

/**
 * Gives a world to a process that is killed right after its change number `last`, while the call that made it has no
 * answer yet; helm dies with it, in the middle of what it does. Controllers live on. With `refusing` it lives, and that
 * change is refused instead, once.
 */
export function mortal(world: MemoryWorld, last = Number.POSITIVE_INFINITY, refusing?: Refusing): Life {
  const changes: string[] = []
  const refused: string[] = []
  let begun = 0
  let alive = true
  const living = async <T>(what: string, isChange: boolean, work: () => T): Promise<Awaited<T>> => {
    if (!alive) throw dead
    if (isChange) begun += 1
    if (isChange && refusing !== undefined && begun === last) {
      refused.push(what)
      throw refusing(what)
    }
    const result = await work()
    if (!alive) throw dead
    if (!isChange) return result
    changes.push(what)
    if (changes.length < last || refusing !== undefined) return result
    alive = false
    throw dead
  }
  const frail = <T extends object>(target: T, name: string): T =>
    new Proxy(target, {
      get(_, key) {
        const found: unknown = Reflect.get(target, key, target)
        if (typeof found !== 'function' || typeof key !== 'string') return found
        return (...args: unknown[]) => {
          // Those that give something at once and do no work: a server's client, a database's words.
          if (['infisical', 'identifier', 'literal', 'trying', 'reading'].includes(key))
            return wrapped(found.apply(target, args), key)
          const isChange = changing.test(key) || (key === 'query' && !/^\s*SELECT/i.test(`${args[0]}`))
          const call = () => found.apply(target, args)
          return living(`${name}.${key} ${words(args)}`.trim(), isChange, call).then(result =>
            wrapped(result, key),
          )
        }
      },
    })
  /** Sessions, forwards and the like die with the process as well; data does not. */
  const wrapped = (result: unknown, name: string): unknown => {
    const isPort = typeof result === 'object' && result !== null && Object.values(result).some(isCall)
    return isPort ? frail(result as object, name) : result
  }
  const { applyAs } = world.cluster
  world.cluster.applyAs = (manager, object) =>
    manager === 'helm'
      ? living(`helm ${words([object])}`, true, () => applyAs(manager, object))
      : applyAs(manager, object)
  const { cluster, files, infisical, helmFrom, database, cache, runtime } = world.host
  const host: SiteHost = {
    ...world.host,
    cluster: frail(cluster, 'cluster'),
    files: frail(files, 'files'),
    database: frail(database, 'database'),
    cache: frail(cache, 'cache'),
    runtime: runtime && frail(runtime, 'runtime'),
    infisical: (...args) => frail(infisical(...args), 'infisical'),
    helmFrom: async program => frail(await helmFrom(program), 'helm'),
  }
  const end = () => {
    alive = false
    world.cluster.applyAs = applyAs
  }
  return { host, changes, refused, end }
}

const isCall = (value: unknown) => typeof value === 'function'
