import { servedBy, storeIdentity, storePlace } from '../../kernel/access/index.ts'
import type { Tenancy } from '../../kernel/inputs/index.ts'
import { identityOf } from '../../kernel/owned/index.ts'
import { compare, type Unmet } from '../tenancy/index.ts'
import type { StoreAction, StoreRemoval } from './action.ts'
import { externalSecretActions, oldExternalSecrets } from './external-secrets.ts'
import { type ObservedStores, placeOf } from './observe.ts'
import {
  credentialsOf,
  isAsWanted,
  type Place,
  type Served,
  type Site,
  storeNameOf,
  storeObject,
  tenancyOfStores,
} from './wanted.ts'

/** What lies between the stores of a file and what there is. */
export interface StoresComparison {
  readonly actions: readonly StoreAction[]
  /** Stores of Sealift's that the file does not have, and rights of a store's identity beside its own. */
  readonly extras: readonly StoreRemoval[]
  /** What the file wants and cannot be had, and what somebody has to decide. */
  readonly unmet: readonly Unmet[]
  /** The stores that can be had. */
  readonly serve: readonly Served[]
}

/** Compares the stores of a file with what there is. */
export function compareStores(
  tenancy: Tenancy,
  serve: readonly Served[],
  observed: ObservedStores,
  site: Site,
): StoresComparison {
  const refused = serve.flatMap(served => {
    const why = missing(served, observed)
    return why === undefined ? [] : [{ served, why }]
  })
  const possible = serve.filter(served => !refused.some(found => found.served === served))
  const rights = compare(onlyServed(tenancy, possible), observed.server)
  const isRight = ({ kind }: StoreAction) => ['identity', 'machine', 'privilege'].includes(kind)
  const { externalSecrets, namespaces } = observed
  const brought = possible.map(served => externalSecretActions(served, externalSecrets, namespaces))
  const actions = [
    ...rights.actions.filter(isRight),
    ...possible.flatMap(served => objectActions(served, observed, site)),
    ...brought.flatMap(found => found.actions),
  ]
  const excess = rights.extras.filter(extra => extra.kind === 'privilege')
  const old = [...leftPlaces(serve, observed).values()]
  const removed = old.flatMap(place => removals(place, observed, site))
  return {
    actions,
    extras: [...oldExternalSecrets(serve, externalSecrets), ...excess, ...removed],
    unmet: [
      ...refused.map(({ served, why }) => ({ name: `store ${storeNameOf(served)}`, why })),
      ...rights.unmet,
      ...brought.flatMap(found => found.unmet),
      ...unknownIdentities(old, removed, observed),
    ],
    serve: possible,
  }
}

/** The tenancy of stores with the environments that they are for, and no other. */
function onlyServed(tenancy: Tenancy, serve: readonly Served[]): Tenancy {
  const wanted = tenancyOfStores(tenancy, serve)
  const has = (project: string, environment: string) =>
    serve.some(served => served.project === project && served.environment === environment)
  return {
    ...wanted,
    projects: wanted.projects.map(project => ({
      ...project,
      environments: project.environments.filter(environment => has(project.slug, environment)),
    })),
  }
}

function missing({ project, environment }: Served, { server, strange }: ObservedStores): string | undefined {
  const found = server.projects.get(project)
  if (found === undefined) return `the server has no project ${project}: sealift tenancy apply makes it`
  if (!found.environments.some(({ slug }) => slug === environment))
    return `project ${project} has no environment ${environment}: sealift tenancy apply makes it`
  const name = storeIdentity(project, environment)
  const others = server.identities.filter(identity => identity.name === name)
  if (others.length > 1)
    return `the server has ${others.length} identities ${name}, and nothing says which is meant (${others.map(({ id }) => id).join(', ')}): delete the others`
  const [other] = others
  return other !== undefined && strange.has(other.id) ? notOurs(name, other.id) : undefined
}

const notOurs = (name: string, id: string) =>
  `nothing in the cluster says that Sealift made identity ${name} (${id}): delete it in Infisical`

function objectActions(served: Served, observed: ObservedStores, site: Site): StoreAction[] {
  const { project, environment, namespaces } = served
  const store = storeNameOf(served)
  const place = { project, environment }
  const kept = observed.kept.get(store)
  const live = observed.stores.get(store)
  const identity = observed.server.identities.find(({ name }) => name === storeIdentity(project, environment))
  const asWanted = identity !== undefined && isAsWanted(live, storeObject(served, identity.id, site))
  const serves = `serves ${namespaces.toSorted().join(', ')}`
  return [
    ...credentialsAction(place, observed.secrets.has(credentialsOf(place, site).name), kept?.lost.length),
    ...(asWanted
      ? []
      : [
          {
            ...({ kind: 'store', change: live === undefined ? 'create' : 'change' } as const),
            ...{ ...place, detail: serves },
          },
        ]),
  ]
}

/** `lost`: how many client secrets of before are still good, where those that are kept log in. */
function credentialsAction(place: Place, there: boolean, lost: number | undefined): StoreAction[] {
  if (lost === 0) return []
  const of = { kind: 'credentials', ...place } as const
  if (lost !== undefined) return [{ ...of, change: 'change', detail: 'revokes earlier ones' }]
  return there
    ? [{ ...of, change: 'change', detail: 'the server does not take those that are there' }]
    : [{ ...of, change: 'create', detail: 'a client secret of its identity' }]
}

/** Environments of which there is something, and no store in the file; by the name of their store. */
function leftPlaces(serve: readonly Served[], observed: ObservedStores): Map<string, Place> {
  const all = [
    ...[...observed.stores.keys()].map(storePlace),
    ...[...observed.secrets.values()].map(placeOf),
    ...observed.server.identities.map(({ name }) => servedBy(name)),
  ].filter(place => place !== undefined)
  const wanted = new Set(serve.map(storeNameOf))
  const left = all.filter(place => !wanted.has(storeNameOf(place)))
  return new Map(left.map(place => [storeNameOf(place), place]))
}

/** What is deleted of a store: its objects last, for they say that the identity is Sealift's. */
function removals(place: Place, observed: ObservedStores, site: Site): StoreRemoval[] {
  const [store, secret] = [storeNameOf(place), credentialsOf(place, site).name]
  const known = [observed.stores.get(store), observed.secrets.get(secret)].map(identityOf)
  const name = storeIdentity(place.project, place.environment)
  const identities = observed.server.identities.filter(identity => identity.name === name)
  const remove = { change: 'remove', ...place } as const
  return [
    ...identities
      .filter(({ id }) => known.includes(id))
      .map(({ id }) => ({ kind: 'identity', ...remove, id }) as const),
    ...(observed.stores.has(store) ? [{ kind: 'store', ...remove, detail: '' } as const] : []),
    ...(observed.secrets.has(secret) ? [{ kind: 'credentials', ...remove, detail: '' } as const] : []),
  ]
}

/** Identities with the name of a store that the file does not have, and of which the cluster knows nothing. */
function unknownIdentities(
  old: readonly Place[],
  removed: readonly StoreRemoval[],
  { server }: ObservedStores,
): Unmet[] {
  const names = new Set(old.map(({ project, environment }) => storeIdentity(project, environment)))
  const ours = new Set(removed.map(removal => ('id' in removal ? removal.id : '')))
  return server.identities
    .filter(({ id, name }) => names.has(name) && !ours.has(id))
    .map(({ id, name }) => ({ name: `identity ${name}`, why: notOurs(name, id) }))
}
