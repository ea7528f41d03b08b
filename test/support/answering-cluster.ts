/** A cluster behind the real reading of answers, without HTTP: it has these objects, whatever form they are in. */
import { createObjects, type Objects } from '../../src/adapters/cluster/objects.ts'
import type { Mapping } from '../../src/kernel/objects/index.ts'
import type { Cluster } from '../../src/kernel/ports/index.ts'

/** A list's answer by kind. Of one object, the first entry of that list is the answer. */
export type World = Readonly<Record<string, { readonly items?: unknown } | undefined>>

/** The objects' part of the port, and logs that are empty. Writing is not for it. */
export function answeringCluster(world: World): Cluster {
  const list = (path: string): Mapping => {
    const [kind = ''] = /(?<=\/)[A-Z]\w+/.exec(path) ?? []
    return (world[kind] ?? {}) as Mapping
  }
  const api = {
    connection: () => Promise.reject(new Error('there is none')),
    answer: () => Promise.reject(new Error('there is none')),
    json: async ({ path }: { path: string }) => list(path),
    async find({ path }: { path: string }) {
      const { items } = list(path)
      const [first] = Array.isArray(items) ? items : []
      return typeof first === 'object' && first !== null ? first : undefined
    },
  }
  const resource = ({ kind }: { kind: string }) => ({ plural: kind, namespaced: false, root: '' })
  const objects: Objects = createObjects(api, {
    find: async kind => resource(kind),
    require: async kind => resource(kind),
  })
  return {
    ...objects,
    user: async () => undefined,
    serves: async () => true,
    info: async () => ({ server: '', version: '' }),
    usage: async () => [],
    peaks: async () => [],
    logs: async () => '',
    timedLog: async () => '',
    forwardService: () => Promise.reject(new Error('there is none')),
  }
}
