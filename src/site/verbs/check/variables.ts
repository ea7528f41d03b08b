import { infisicalName, keysSecretName } from '../../../kernel/access/index.ts'
import { count } from '../../../kernel/errors/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import { type Cluster, kinds } from '../../../kernel/ports/index.ts'
import {
  askedOf,
  environmentIn,
  environmentMark,
  markOf,
  type Variables,
} from '../../../kernel/server-variables/index.ts'
import type { Verdict } from '../../check/index.ts'
import { siteVariables } from '../../wire/index.ts'
import { looked } from './looked.ts'

const id = 'infisical/variables'
const hint = 'run sealift install again: it sets them, and starts the pods anew'

/**
 * Whether Infisical's pods have the variables that site.yaml and teams ask for, and have started with what is in their
 * Secret now; nothing where that is not there, which is told elsewhere. Names variables, never their values.
 * @throws SealiftError CLUSTER_UNREACHABLE, INTERRUPTED
 */
export async function lookAtVariables(
  cluster: Cluster,
  site: Site,
  namespace: string | undefined,
): Promise<readonly Verdict[]> {
  if (namespace === undefined) return []
  return await looked(id, async () => {
    const live = environmentIn(await cluster.get(kinds.secret, keysSecretName, namespace))
    if (live === undefined) return []
    const wanted = { ...(await siteVariables(cluster, site)), ...(await askedOf(cluster)) }
    const differing = differences(live.more, wanted)
    if (differing.length > 0)
      return { id, ok: false, message: `not as they are wanted: ${differing.join(', ')}`, hint }
    const deployment = await cluster.get(kinds.deployment, infisicalName, namespace)
    if (deployment === undefined) return []
    const started = markOf(deployment)
    // An older Sealift marked none.
    if (started !== undefined && started !== (await environmentMark(cluster, namespace))) {
      const message = `the pods have started with another environment than Secret ${namespace}/${keysSecretName} holds`
      return { id, ok: false, message, hint }
    }
    const names = Object.keys(wanted).length
    const more = names === 0 ? '' : `, ${count(names, 'variable')} of site.yaml and teams in it`
    return { id, ok: true, message: `the pods have started with what their Secret holds${more}` }
  })
}

/** Names of variables that are missing, have another value, or are wanted no more. */
function differences(live: Variables, wanted: Variables): string[] {
  const text = (value: Variables[string] | undefined) => (typeof value === 'object' ? value.reveal() : value)
  const names = new Set([...Object.keys(live), ...Object.keys(wanted)])
  return [...names].filter(name => text(live[name]) !== text(wanted[name])).sort()
}
