import * as z from 'zod'
import { storeIdentity } from '../../kernel/access/index.ts'
import { isOfLook, type LookAction, type LookRemoval, named, sharingVariable } from '../looking/index.ts'
import { type Action, described as describedRight } from '../tenancy/index.ts'
import { type Place, storeNameOf } from './wanted.ts'

/** Credentials or a store that are to be made, changed or deleted; `detail` says why, or what it is for. */
interface Of<Kind> extends Place {
  readonly kind: Kind
  readonly change: 'create' | 'change' | 'remove'
  readonly detail: string
}
type ObjectAction = Of<'credentials'> | StoreObjectAction | ExternalSecretAction | PushSecretAction
/** A ClusterSecretStore, by its name. */
interface StoreObjectAction extends Of<'store'> {
  readonly store: string
}
/** An ExternalSecret, by its namespace and name. */
export interface ExternalSecretAction extends Of<'external-secret'> {
  readonly namespace: string
  readonly name: string
}
/** A PushSecret, by its namespace and name. */
export interface PushSecretAction extends Of<'push-secret'> {
  readonly namespace: string
  readonly name: string
}
/** An identity of a store that the file does not have. */
interface OldIdentity extends Place {
  readonly kind: 'identity'
  readonly change: 'remove'
  readonly id: string
}

/** What is Sealift's and the file does not have: what a prune deletes. */
export type StoreRemoval =
  | (ObjectAction & { readonly change: 'remove' })
  | OldIdentity
  | LookRemoval
  | Extract<Action, { readonly kind: 'privilege'; readonly change: 'remove' }>

/** One thing to do for the stores: rights on the server, credentials, objects in the cluster. */
export type StoreAction = Action | ObjectAction | OldIdentity | LookAction

/** An action for people and for JSON: `name` is like `talent-mesh.prod`. */
export const storeDifference = z.strictObject({
  change: z.enum(['create', 'change', 'remove']),
  kind: z.enum([
    ...(['identity', 'machine', 'privilege', 'credentials', 'store'] as const),
    ...(['external-secret', 'push-secret'] as const),
    ...(['variable', 'policy', 'binding', 'sharing'] as const),
    ...(['project', 'environment', 'folder', 'grant', 'import'] as const),
  ]),
  name: z.string(),
  detail: z.string(),
})
export type StoreDifference = z.infer<typeof storeDifference>

/** That the server is told of no organisation any more: nothing looks into the projects of teams. */
export const sharingLeft: StoreDifference = {
  ...({ change: 'remove', kind: 'variable', name: sharingVariable } as const),
  detail: "Infisical's pod starts anew",
}

/** Names the thing, and says what would be done with it. */
export function describedStore(action: StoreAction): StoreDifference {
  const { change } = action
  if (isOfLook(action)) return describedLook(action)
  if (action.kind === 'external-secret' || action.kind === 'push-secret')
    return { change, kind: action.kind, name: `${action.namespace}/${action.name}`, detail: action.detail }
  if (action.kind === 'store') return { change, kind: 'store', name: action.store, detail: action.detail }
  if (action.kind === 'credentials')
    return { change, kind: action.kind, name: storeNameOf(action), detail: action.detail }
  if (action.kind === 'identity' && 'id' in action)
    return {
      ...{ change, kind: 'identity', name: storeIdentity(action.project, action.environment) },
      detail: 'with its client secrets',
    }
  return storeDifference.parse(describedRight(action))
}

function describedLook(action: LookAction): StoreDifference {
  const { change, kind } = action
  switch (kind) {
    case 'variable':
      return {
        change,
        kind,
        name: action.name,
        detail: "names the organisation; Infisical's pod starts anew",
      }
    case 'sharing':
      return { change, kind, name: action.name, detail: 'lets its projects share secrets' }
    case 'grant':
      return { change, kind, name: named(action.source), detail: `to ${action.project}` }
    case 'import':
      return { change, kind, name: named(action.source), detail: `in ${action.project}` }
  }
}
