import { setTimeout as wait } from 'node:timers/promises'
import { mappingsOf } from '../../kernel/objects/index.ts'
import type { Kind } from '../../kernel/ports/index.ts'
import type { Api } from './api.ts'
import { failed } from './faults.ts'

/** A kind as the API server serves it. */
export interface Resource {
  /** Plural name, as in paths and RBAC: `deployments`. */
  readonly plural: string
  readonly namespaced: boolean
  /** `/api/v1` or `/apis/GROUP/VERSION`. */
  readonly root: string
}

/** Which kinds the cluster serves. */
export interface Discovery {
  /** The resource of a kind, if the cluster knows it now. */
  find(kind: Kind): Promise<Resource | undefined>
  /** The same for writing: waits a moment for a CRD that was just applied. @throws SealiftError CLUSTER_FAILED */
  require(kind: Kind): Promise<Resource>
}

// A CRD is served about a second after it was applied, later on a busy node.
const patience = { milliseconds: 5000, step: 250 }

/** Discovery that remembers: a group version is asked again only for a kind that was not in it. */
export function createDiscovery(api: Api): Discovery {
  const known = new Map<string, Promise<Map<string, Resource>>>()

  async function ask(apiVersion: string): Promise<Map<string, Resource>> {
    const root = apiVersion.includes('/') ? `/apis/${encoded(apiVersion)}` : `/api/${encoded(apiVersion)}`
    const call = { method: 'GET', path: root, verb: 'discover', resource: apiVersion } as const
    const list = mappingsOf((await api.find(call))?.['resources'])
    return new Map(
      list.flatMap(({ kind, name, namespaced }) =>
        typeof kind === 'string' && typeof name === 'string' && name !== '' && !name.includes('/')
          ? [[kind, { plural: name, namespaced: namespaced === true, root }] as const]
          : [],
      ),
    )
  }

  async function find({ apiVersion, kind }: Kind): Promise<Resource | undefined> {
    const remembered = (await known.get(apiVersion)?.catch(() => undefined))?.get(kind)
    if (remembered) return remembered
    const asking = ask(apiVersion)
    known.set(apiVersion, asking)
    return (await asking).get(kind)
  }

  async function require(kind: Kind): Promise<Resource> {
    for (let waited = 0; ; waited += patience.step) {
      const found = await find(kind)
      if (found) return found
      if (waited >= patience.milliseconds) {
        throw failed(`the cluster does not know the kind ${kind.kind} of ${kind.apiVersion}`, [
          'are its CRDs installed, and in this version?',
        ])
      }
      await wait(patience.step)
    }
  }
  return { find, require }
}

function encoded(apiVersion: string): string {
  return apiVersion.split('/').map(encodeURIComponent).join('/')
}
