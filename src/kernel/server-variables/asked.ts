import { isManaged, managed, systemNamespace } from '../access/index.ts'
import { type AskedVariable, askedVariables } from '../inputs/index.ts'
import { textsIn } from '../objects/index.ts'
import { type Cluster, kinds } from '../ports/index.ts'

/** ConfigMap in Sealift's namespace with what verbs for teams asked for; its keys are like `look.NAME`. */
const askedName = 'infisical-variables'

/** Variables that somebody asks for. A list is joined by commas, as the server reads one. */
export type Asked = Partial<Readonly<Record<AskedVariable, string>>>

const askers = ['look', 'login', 'identities'] as const
/** Who asks: the one store for all teams, stores that log in as ESO's own account, logins of identities. */
export type Asker = (typeof askers)[number]

type Data = Readonly<Record<string, string>>

/** All that was asked for; where several asked for the same variable, it has what any of them named. @throws SealiftError CLUSTER_* */
export async function askedOf(cluster: Pick<Cluster, 'get'>): Promise<Asked> {
  return merged((await stored(cluster)).data)
}

/** What one of them asks for. @throws SealiftError CLUSTER_* */
export async function askedBy(cluster: Pick<Cluster, 'get'>, asker: Asker): Promise<Asked> {
  const { data } = await stored(cluster)
  return merged(Object.fromEntries(Object.entries(data).filter(([key]) => key.startsWith(`${asker}.`))))
}

/**
 * Notes what somebody asks for, in the place of what they asked for before; what others asked for stays. Gives all that
 * was asked for, and all that is then. With `keep` what they ask for no more stays noted: a run that is killed before the
 * server has heard of it leaves a trace. @throws SealiftError CLUSTER_*
 */
export async function noteAsked(
  cluster: Cluster,
  asker: Asker,
  wanted: Asked,
  { keep }: { readonly keep: boolean },
): Promise<{ before: Asked; all: Asked }> {
  const { data, version } = await stored(cluster)
  const others = Object.entries(data).filter(([key]) => !key.startsWith(`${asker}.`))
  const own = Object.entries(wanted).map(([name, value]) => [`${asker}.${name}`, value] as const)
  const all: Data = Object.fromEntries([...others, ...own])
  const next = keep ? { ...data, ...all } : all
  if (shown(next) !== shown(data))
    await cluster.apply({
      ...kinds.configMap,
      metadata: {
        ...{ name: askedName, namespace: systemNamespace, labels: managed },
        ...(version === undefined ? {} : { resourceVersion: version }),
      },
      data: next,
    })
  return { before: merged(data), all: merged(all) }
}

const shown = (data: Data) => JSON.stringify(Object.entries(data).sort())

async function stored(cluster: Pick<Cluster, 'get'>): Promise<{ data: Data; version?: string }> {
  const found = await cluster.get(kinds.configMap, askedName, systemNamespace)
  const version = found?.metadata['resourceVersion']
  const known = Object.entries(isManaged(found) ? textsIn(found?.['data']) : {}).filter(isKnown)
  return { data: Object.fromEntries(known), ...(typeof version === 'string' ? { version } : {}) }
}

// What nobody here asks for was put there by somebody else, whom no later run would ask to take it away again.
const values: Readonly<Record<AskedVariable, RegExp>> = {
  ALLOW_INTERNAL_IP_CONNECTIONS: /^true$/,
  CROSS_PROJECT_SECRET_SHARING_ORG_WHITELIST: /^[\w-]{1,64}(,[\w-]{1,64})*$/,
}

function isKnown([key, value]: readonly [string, string]): boolean {
  const name = nameIn(key)
  return name !== undefined && askers.some(asker => key === `${asker}.${name}`) && values[name].test(value)
}

function nameIn(key: string): AskedVariable | undefined {
  return askedVariables.find(name => key.endsWith(`.${name}`))
}

function merged(data: Data): Asked {
  const all: Partial<Record<AskedVariable, string>> = {}
  for (const name of askedVariables) {
    const values = Object.entries(data).flatMap(([key, value]) =>
      nameIn(key) === name ? value.split(',') : [],
    )
    const items = [...new Set(values)].sort()
    if (items.length > 0) all[name] = items.join(',')
  }
  return all
}
