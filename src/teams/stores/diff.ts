import { servedBy, storeIdentity } from '../../kernel/access/index.ts'
import { identityOf } from '../../kernel/owned/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import { compare, type Unmet } from '../tenancy/index.ts'
import type { StoreAction, StoreRemoval } from './action.ts'
import { externalSecretActions, oldExternalSecrets } from './external-secrets.ts'
import { type StandingLogin, wordsOfLogin } from './login.ts'
import { lookBetween, lookLeft, othersIn } from './look.ts'
import { type ObservedStores, placeOf } from './observe.ts'
import { oldPushSecrets, pushActions, withPossiblePushes } from './push-secrets.ts'
import { pushDoubts } from './push-values.ts'
import type { Site } from './site.ts'
import {
  credentialsOf,
  isAsWanted,
  objectNameOf,
  type Place,
  placeOfStore,
  type Served,
  storeNameOf,
  storeObject,
  tenancyOfStores,
  whomItServes,
} from './wanted.ts'

/** What lies between the stores of a file and what there is. */
export interface StoresComparison {
  readonly actions: readonly StoreAction[]
  /** Stores of Sealift's that the file does not have, and rights of a store's identity beside its own. */
  readonly extras: readonly StoreRemoval[]
  /** What the file wants and cannot be had, and what somebody has to decide. */
  readonly unmet: readonly Unmet[]
  /** What somebody else has put into the looking project: it is left alone. */
  readonly foreign: readonly Unmet[]
  /** Of that, the pushes that External Secrets Operator cannot do. */
  readonly pushless: readonly Unmet[]
  /** The stores that can be had. */
  readonly serve: readonly Served[]
  /** What would be done and has a flaw that no error tells of. */
  readonly doubts: readonly Unmet[]
}

/** Compares the stores of a file with what there is. */
export function compareStores(
  tenancy: Tenancy,
  serve: readonly Served[],
  observed: ObservedStores,
  site: Site,
): StoresComparison {
  const lost = (served: Served, why?: string) => why ?? strangers(served, observed)
  const pushing = serve
    .filter(served => served.store === undefined && lost(served, missing(served, observed)) === undefined)
    .map(served => withPossiblePushes(served, observed))
  const pushed = pushing.map(({ served }) => pushActions(served, observed))
  const folders = pushed.flatMap(found => found.folders)
  const look = lookBetween(tenancy, observed, folders)
  const left = lookLeft(tenancy, observed)
  const refused = serve.flatMap(served => {
    const why = lost(served, served.store === undefined ? missing(served, observed) : look?.refused)
    return why === undefined ? [] : [{ served, why }]
  })
  const possible = [
    ...pushing.map(({ served }) => served),
    ...serve.filter(served => served.store !== undefined && !refused.some(found => found.served === served)),
  ]
  const rights = compare(onlyServed(tenancy, possible, look?.folders), observed.server)
  const one = possible.find(({ store }) => store !== undefined)
  const isRight = ({ kind, project }: StoreAction) =>
    ['identity', 'machine', 'privilege'].includes(kind) || (project !== undefined && project === one?.project)
  const { externalSecrets, namespaces } = observed
  const brought = possible.map(served => externalSecretActions(served, externalSecrets, namespaces))
  const actions = [
    ...folders,
    ...rights.actions.filter(isRight),
    ...(look?.actions ?? []),
    ...possible.flatMap(served => objectActions(served, observed, site)),
    ...brought.flatMap(found => found.actions),
    ...pushed.flatMap(found => found.actions),
  ]
  const excess = rights.extras.filter(extra => extra.kind === 'privilege')
  const old = [...leftPlaces(serve, observed).values()]
  const names = new Set(serve.map(objectNameOf))
  const removed = old.flatMap(place => removals(place, names, observed, site))
  return {
    actions,
    extras: [
      ...oldExternalSecrets(serve, externalSecrets),
      ...oldPushSecrets(serve, observed.pushSecrets),
      ...[...(look?.extras ?? []), ...left.extras],
      ...excess,
      ...removed,
    ],
    foreign: [...(look?.foreign ?? []), ...left.foreign, ...othersIn(one, rights.extras)],
    unmet: [
      ...refused.map(({ served, why }) => ({ name: `store ${objectNameOf(served)}`, why })),
      ...rights.unmet,
      ...(look?.unmet ?? []),
      ...brought.flatMap(found => found.unmet),
      ...[...pushing, ...pushed].flatMap(({ unmet }) => unmet),
      ...unknownIdentities(old, removed, observed),
    ],
    pushless: pushing.flatMap(({ unmet }) => unmet),
    serve: possible,
    doubts: serve.flatMap(served => pushDoubts(served, observed.sources)),
  }
}

/** The tenancy of stores with the environments that they are for, and no other. */
function onlyServed(tenancy: Tenancy, serve: readonly Served[], folders: readonly string[] = []): Tenancy {
  const wanted = tenancyOfStores(tenancy, serve, folders)
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

function missing({ project, environment }: Served, { server }: ObservedStores): string | undefined {
  const found = server.projects.get(project)
  if (found === undefined) return `the server has no project ${project}: sealift tenancy apply makes it`
  if (!found.environments.some(({ slug }) => slug === environment))
    return `project ${project} has no environment ${environment}: sealift tenancy apply makes it`
  return undefined
}

/** Why nothing can be made for the identity of a store: there are several, or it may be somebody else's. */
function strangers(
  { project, environment }: Served,
  { server, strange }: ObservedStores,
): string | undefined {
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
  const { project, environment } = served
  const store = objectNameOf(served)
  const place = { project, environment }
  const kept = observed.kept.get(storeNameOf(served))
  const installs = served.store === undefined ? undefined : observed.installs
  const live = observed.stores.get(store) ?? installs
  const identity = observed.server.identities.find(({ name }) => name === storeIdentity(project, environment))
  const asWanted = identity !== undefined && isAsWanted(live, storeObject(served, identity.id, site))
  const moves = installs === undefined ? '' : "; the install's own gets another name"
  return [
    ...credentialsAction(place, observed.secrets.has(credentialsOf(place, site).name), kept, site),
    ...(asWanted
      ? []
      : [
          {
            ...({ kind: 'store', change: live === undefined ? 'create' : 'change' } as const),
            ...{ ...place, store, detail: whomItServes(served) + moves },
          },
        ]),
  ]
}

function credentialsAction(
  place: Place,
  there: boolean,
  kept: StandingLogin | undefined,
  site: Site,
): StoreAction[] {
  const of = { kind: 'credentials', ...place } as const
  if (kept !== undefined)
    return kept.rest === undefined ? [] : [{ ...of, change: 'change', detail: kept.rest }]
  if (!there) return [{ ...of, change: 'create', detail: wordsOfLogin(site) }]
  const detail =
    site.account === undefined ? 'the server does not take those that are there' : wordsOfLogin(site)
  return [{ ...of, change: 'change', detail }]
}

/** Environments of which there is something, and no store in the file; by the name of their store. */
function leftPlaces(serve: readonly Served[], observed: ObservedStores): Map<string, Place> {
  const all = [
    ...[...observed.stores.values()].map(placeOfStore),
    ...[...observed.secrets.values()].map(placeOf),
    ...observed.server.identities.map(({ name }) => servedBy(name)),
  ].filter(place => place !== undefined)
  const wanted = new Set(serve.map(storeNameOf))
  const left = all.filter(place => !wanted.has(storeNameOf(place)))
  return new Map(left.map(place => [storeNameOf(place), place]))
}

/** What is deleted of a store: its objects last, for they say that the identity is Sealift's. */
function removals(
  place: Place,
  wanted: ReadonlySet<string>,
  observed: ObservedStores,
  site: Site,
): StoreRemoval[] {
  const secret = credentialsOf(place, site).name
  const isOfPlace = (store: KubernetesObject) => {
    const found = placeOfStore(store)
    return found !== undefined && storeNameOf(found) === storeNameOf(place)
  }
  const stores = [...observed.stores.values()].filter(isOfPlace)
  const known = [...stores, observed.secrets.get(secret)].map(identityOf)
  const name = storeIdentity(place.project, place.environment)
  const identities = observed.server.identities.filter(identity => identity.name === name)
  const remove = { change: 'remove', ...place } as const
  return [
    ...identities
      .filter(({ id }) => known.includes(id))
      .map(({ id }) => ({ kind: 'identity', ...remove, id }) as const),
    ...stores
      // One that is to read elsewhere from now on stays.
      .filter(({ metadata }) => !wanted.has(metadata.name))
      .map(({ metadata }) => ({ kind: 'store', ...remove, store: metadata.name, detail: '' }) as const),
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
