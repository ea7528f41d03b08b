import { storeIdentity } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { applyThroughWebhook, movedStore, type Patience } from '../../kernel/owned/index.ts'
import {
  type Identity,
  type InfisicalSession,
  type KubernetesObject,
  kinds,
} from '../../kernel/ports/index.ts'
import { applyLook, type FolderAction, isOfLook } from '../looking/index.ts'
import { type Action, allEnded, applyActions } from '../tenancy/index.ts'
import type { ExternalSecretAction, PushSecretAction, StoreAction, StoreRemoval } from './action.ts'
import type { StoresComparison } from './diff.ts'
import { externalSecretObject } from './external-secrets.ts'
import { hasOtherLogin, makeLogin, settleLogin } from './login.ts'
import type { Looking, ObservedStores } from './observe.ts'
import { pushSecretObject } from './push-secrets.ts'
import { becomesReady, waitForStores } from './ready.ts'
import { credentialsOf, type Place, type Served, storeNameOf, storeObject } from './wanted.ts'

/** What doing needs. */
export interface ApplyingStores extends Looking {
  readonly observed: ObservedStores
  readonly patience: Patience
  /** Told of each action when it is done. */
  readonly done: (action: StoreAction) => void
}

/**
 * Does what a comparison says, and deletes what was confirmed. Rights come first, for what finds credentials may use
 * them at once; then each store's credentials, and the store itself. Gives the stores as they are to be, and the ids of
 * the projects by their slugs.
 * @throws SealiftError SERVER_FAILED, CLUSTER_*, FOREIGN_INSTALL
 */
export async function applyStores(
  { actions, serve }: Pick<StoresComparison, 'actions' | 'serve'>,
  removals: readonly StoreRemoval[],
  applying: ApplyingStores,
): Promise<{ stores: KubernetesObject[]; projects: ReadonlyMap<string, string> }> {
  const { session, pace, observed, done } = applying
  const projects = await applyActions([...actions, ...removals].filter(isRight), {
    ...{ server: session.tenancy, pace, observed: observed.server, done },
    // Nobody is invited.
    ...{ keep: async () => {}, lost: () => {} },
  })
  await look([...actions, ...removals], projects, applying)
  const stores: KubernetesObject[] = []
  await allEnded(
    serve.map(async served => {
      const own = actions.filter(action => isObject(action) && isSame(action, served))
      stores.push(await applyStore(served, own, applying))
    }),
  )
  for (const removal of removals) {
    if (isRight(removal) || isOfLook(removal)) continue
    await remove(removal, applying)
    done(removal)
  }
  return { stores, projects }
}

const objects = ['credentials', 'store', 'external-secret', 'push-secret']
const isObject = (action: StoreAction) => objects.includes(action.kind)
const isSame = (action: StoreAction, { project, environment }: Place) =>
  'environment' in action && action.project === project && action.environment === environment

/** Whether it is done on the server, as a tenancy's rights are. */
const isRight = (action: StoreAction): action is Action =>
  !isObject(action) && !isOfLook(action) && !(action.kind === 'identity' && 'id' in action)

/** Grants and imports, once the looking project has its folders, and before the store reads there. */
async function look(
  actions: readonly StoreAction[],
  projects: ReadonlyMap<string, string>,
  { observed, session, pace, done }: ApplyingStores,
): Promise<void> {
  const looks = [...(observed.look ? [observed.look] : []), ...observed.looksLeft]
  const isOfFolder = (action: StoreAction): action is FolderAction =>
    action.kind === 'grant' || action.kind === 'import'
  // One looking project may have been looked through in several of its environments.
  const lookOf = (action: FolderAction) =>
    looks.find(
      ({ wanted, observed: { imports } }) =>
        wanted.project === action.project &&
        (action.kind === 'grant' ||
          action.change === 'create' ||
          [...imports.values()].flat().some(({ id }) => id === action.id)),
    )
  const each = Map.groupBy(actions.filter(isOfFolder), lookOf)
  for (const [look, some] of each) {
    if (look === undefined) continue
    const { wanted, observed: seen } = look
    const viewId = seen.view?.id ?? projects.get(wanted.project) ?? ''
    await applyLook(wanted, some, {
      ...{ sharing: session.sharing, pace, observed: seen, viewId, done },
    })
  }
}

async function applyStore(
  served: Served,
  actions: readonly StoreAction[],
  applying: ApplyingStores,
): Promise<KubernetesObject> {
  const { cluster, session, pace, site, observed, patience, done } = applying
  const name = storeIdentity(served.project, served.environment)
  const there = observed.server.identities.find(identity => identity.name === name)
  if (actions.length === 0 && there !== undefined) return storeObject(served, there.id, site)
  const identity = await pace.read(() => only(name, session))
  const store = storeObject(served, identity.id, site)
  const place = credentialsOf(served, site)
  const kept = observed.kept.get(storeNameOf(served))
  for (const action of actions) {
    if (action.kind === 'store') {
      // The install's own goes on first, ready: its probe must find it whenever this is stopped.
      if (served.store !== undefined && observed.installs !== undefined) {
        const moved = movedStore(observed.installs)
        await applyThroughWebhook(cluster, moved, patience)
        // What Infisical's start has made ESO back off from; one that is broken is an install's to mend.
        await waitForStores(cluster, [moved], { ...patience, timeout: 30_000 })
      }
      await applyThroughWebhook(cluster, store, patience)
    } else if (action.kind === 'external-secret' || action.kind === 'push-secret')
      await applyThroughWebhook(cluster, carrierOf(served, action), patience)
    else await pace.change(() => makeLogin(place, identity, kept, applying))
    done(action)
  }
  if (!(await hasOtherLogin(place, identity, applying))) return store
  // A store that does not log in this way keeps the other: nobody could read through it any more.
  const isChanged = actions.some(({ kind }) => kind === 'store')
  if (await becomesReady(store.metadata.name, isChanged, applying))
    await pace.change(() => settleLogin(place, identity, applying))
  return store
}

/** The object of the file that an action is for. */
function carrierOf(served: Served, action: ExternalSecretAction | PushSecretAction): KubernetesObject {
  const isOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }) =>
    namespace === action.namespace && name === action.name
  const brought = action.kind === 'external-secret' ? served.externalSecrets.find(isOf) : undefined
  if (brought !== undefined) return externalSecretObject(served, brought)
  const pushed = action.kind === 'push-secret' ? served.pushSecrets.find(isOf) : undefined
  if (pushed !== undefined) return pushSecretObject(served, pushed)
  throw new Error(`an action for a ${action.kind} that is not in the file`)
}

/** The only identity of a name. @throws SealiftError SERVER_FAILED when somebody has made or deleted one meanwhile */
async function only(name: string, session: InfisicalSession): Promise<Identity> {
  const found = await session.identities(name)
  const [identity] = found
  if (identity !== undefined && found.length === 1) return identity
  throw new SealiftError('SERVER_FAILED', `Infisical has ${found.length} identities ${name}, and needs one`, {
    hints: ['somebody has made or deleted one meanwhile: run it again'],
  })
}

async function remove(removal: StoreRemoval, { cluster, session, pace, site }: ApplyingStores) {
  if (removal.kind === 'identity') await pace.change(() => session.deleteIdentity(removal.id))
  else if (removal.kind === 'store') await cluster.delete(kinds.clusterSecretStore, removal.store)
  else if (removal.kind === 'external-secret')
    await cluster.delete(kinds.externalSecret, removal.name, removal.namespace)
  else if (removal.kind === 'push-secret')
    await cluster.delete(kinds.pushSecret, removal.name, removal.namespace)
  else if (removal.kind === 'credentials') {
    const { name, namespace } = credentialsOf(removal, site)
    await cluster.delete(kinds.secret, name, namespace)
  }
}
