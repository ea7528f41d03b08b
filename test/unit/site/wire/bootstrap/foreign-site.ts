import { kinds, Secret } from '../../../../../src/kernel/ports/index.ts'
import { countingRandom, secretIn, siteCluster } from '../memory.ts'
import { instanceIdentity, memoryInfisical } from '../memory-infisical.ts'

/** The login of whoever has set it up. */
export const theirs = { email: 'them@site.local', password: 'theirs' }

/** A server that somebody else has set up, and a site file that names that login. */
export async function foreignSite(password = theirs.password) {
  const [cluster, infisical] = [await siteCluster(), memoryInfisical()]
  infisical.admin = { ...theirs }
  infisical.identities = [instanceIdentity]
  const bootstrapping = {
    ...{ cluster, infisical, random: countingRandom(), email: theirs.email, organization: 'openova' },
    namespace: 'infisical',
    given: async () => new Secret(password),
  }
  const kept = (place = 'sealift-system') => secretIn(cluster, place, 'infisical-admin')
  const notes = async () =>
    (await cluster.get(kinds.secret, 'infisical-admin', 'sealift-system'))?.metadata.annotations
  return { cluster, infisical, bootstrapping, kept, notes }
}
