import { secretData, systemNamespace } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import {
  applyThroughWebhook,
  explain,
  ownStoreName,
  type Patience,
  waitFor,
} from '../../../kernel/owned/index.ts'
import {
  type Cluster,
  type InfisicalSession,
  kinds,
  type Random,
  Secret,
  type SecretPlace,
} from '../../../kernel/ports/index.ts'
import { fill, type Manifests } from '../manifests.ts'
import { clean, sweepChecks } from './leftovers.ts'

/** Name of the probe's ExternalSecret and Secret, in `sealift-system`. */
export const probeName = 'sealift-probe'

/** What the probe's secrets in Infisical are called; a random part follows. */
const keyPrefix = 'SEALIFT_PROBE_'

/** What the proof needs. */
export interface Proving extends Patience {
  readonly cluster: Cluster
  readonly session: InfisicalSession
  readonly random: Random
  readonly manifests: Manifests
  /** Where the store may read; the probe's secret is written there. */
  readonly place: SecretPlace
}

/** Milliseconds from the apply to the Secret, and from the changed value to the changed Secret. */
export interface Proof {
  readonly first: number
  readonly changed: number
}

/**
 * Proves the whole way: a value written to Infisical arrives in a Kubernetes Secret, and so does its change.
 * Takes everything it made away again, also when it fails, and what proofs and checks that were killed left behind.
 * @throws SealiftError PROOF_FAILED with what ESO says, SERVER_FAILED, CLUSTER_*
 */
export async function prove(proving: Proving): Promise<Proof> {
  const { session, place, random } = proving
  const key = `${keyPrefix}${hex(random, 4).toUpperCase()}`
  await clean(proving, probeName)
  await forgetKilled(proving)
  try {
    const first = await travel(proving, probeName, key, new Secret(hex(random, 16)), 'a secret')
    const changed = await travel(proving, probeName, key, new Secret(hex(random, 16)), 'its change')
    return { first, changed }
  } finally {
    // Not stopped by the signal: nothing may stay behind. The first error is the one to be seen.
    await Promise.allSettled([clean(proving, probeName), session.deleteSecret(place, key)])
  }
}

/**
 * Writes a value to Infisical and waits until it is in Secret `name` in `sealift-system`; milliseconds from the apply
 * of the ExternalSecret of that name. @throws SealiftError PROOF_FAILED with what ESO says, SERVER_FAILED, CLUSTER_*
 */
export async function travel(
  proving: Proving,
  name: string,
  key: string,
  value: Secret,
  what: string,
): Promise<number> {
  const { cluster, session, place, clock, random, manifests, progress } = proving
  await session.putSecret(place, key, value)
  // Never the same twice: an apply that changes nothing would wake nobody.
  const sync = hex(random, 8)
  const storeName = await ownStoreName(cluster)
  const names = { name, namespace: systemNamespace, key, sync, store: storeName }
  const object = fill(manifests.probeExternalSecret, names)
  progress?.(`waiting for ${what} to arrive`)
  const start = clock.now()
  await applyThroughWebhook(cluster, object, proving)
  const arrived = await waitFor(proving, async () => {
    const secret = await cluster.get(kinds.secret, name, systemNamespace)
    return secret && secretData(secret).get('value')?.reveal() === value.reveal() ? true : undefined
  })
  if (arrived !== undefined) return clock.now() - start
  const store = { ...kinds.clusterSecretStore, metadata: { name: storeName } }
  throw new SealiftError('PROOF_FAILED', `${what} in Infisical did not arrive in Kubernetes`, {
    faults: [...(await explain(cluster, object)), ...(await explain(cluster, store))],
    hints: ["Look at External Secrets Operator's log, and whether it reaches Infisical."],
  })
}

/** Only one install is at work on a site: what has a probe's name now is of a proof that was killed. Checks may be. */
async function forgetKilled(proving: Proving): Promise<void> {
  const { session, place } = proving
  const left = (await session.secretNames(place)).filter(name => name.startsWith(keyPrefix))
  for (const name of left) await session.deleteSecret(place, name)
  await sweepChecks(proving)
}

/** Random bytes as hex digits. */
export function hex(random: Random, length: number): string {
  return Buffer.from(random.bytes(length)).toString('hex')
}
