/** What a proof works with, in memory, and an ESO that does what ESO does with an ExternalSecret. */
import { Secret } from '../../../../../src/kernel/ports/index.ts'
import { type Proving, readManifests } from '../../../../../src/site/wire/index.ts'
import { secretObject } from '../../../../../src/site/wire/secrets.ts'
import type { Behaviour, MemoryCluster } from '../../../../support/memory-cluster.ts'
import { RecordingClock } from '../../../../support/recording-clock.ts'
import { shippedManifest } from '../../../../support/shipped-manifest.ts'
import { countingRandom, siteCluster } from '../memory.ts'
import { type MemoryInfisical, memoryInfisical } from '../memory-infisical.ts'

const place = { projectId: 'p', environment: 'prod', path: '/sealift-probe' }

/** The objects of manifests/. */
export const manifests = await readManifests(shippedManifest)

/** Makes the Secret of an ExternalSecret, with what Infisical has. */
export function eso(infisical: MemoryInfisical): Behaviour['react'] {
  return async ({ kind, spec, metadata }, cluster) => {
    if (kind !== 'ExternalSecret') return
    const { data, target } = spec as { data: { remoteRef: { key: string } }[]; target: { name: string } }
    const value = infisical.secrets.get(`prod/sealift-probe/${data[0]?.remoteRef.key}`) ?? ''
    await cluster.apply(secretObject(String(metadata.namespace), target.name, { value }))
  }
}

/** A site in memory with all that a proof needs. */
export interface ProvingSite extends Proving {
  readonly cluster: MemoryCluster
  readonly infisical: MemoryInfisical
  readonly clock: RecordingClock
}

/** Makes it; ESO is not there yet. */
export async function provingSite(): Promise<ProvingSite> {
  const [cluster, infisical] = [await siteCluster(), memoryInfisical()]
  infisical.admin = { email: 'a', password: 'b' }
  const session = await infisical.login('a', new Secret('b'))
  const clock = new RecordingClock()
  return { cluster, infisical, session, random: countingRandom(), clock, manifests, place }
}
