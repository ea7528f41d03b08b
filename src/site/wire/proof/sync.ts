import { SealiftError } from '../../../kernel/errors/index.ts'
import { type InfisicalSession, Secret, type SecretPlace } from '../../../kernel/ports/index.ts'
import { probeScope } from '../bootstrap/index.ts'
import { clean, type Proving, travel } from './probe.ts'

/** Name of the check's ExternalSecret and Secret in `sealift-system`, and of its secret in Infisical. */
const syncName = 'sealift-check'
// One name for all checks: what a killed one has left is overwritten and taken away by the next.
const key = 'SEALIFT_CHECK'

/** Where the store may read, as the install has made it. @throws SealiftError PROOF_FAILED when it is gone, SERVER_FAILED */
export async function probePlace(session: InfisicalSession): Promise<SecretPlace> {
  const { project: slug, environment, path } = probeScope
  const project = await session.project(slug)
  if (project?.environments.some(found => found.slug === environment))
    return { projectId: project.id, environment, path }
  throw new SealiftError('PROOF_FAILED', `Infisical has no project ${slug} with environment ${environment}`, {
    hints: ['run sealift install again: it makes what External Secrets Operator reads'],
  })
}

/**
 * Forces one sync: a new value is written to Infisical and must arrive in a Kubernetes Secret. Takes everything it
 * made away again, also when it fails or is stopped. Gives the milliseconds it took.
 * @throws SealiftError PROOF_FAILED with what ESO says, SERVER_FAILED, CLUSTER_*
 */
export async function syncOnce(proving: Proving): Promise<number> {
  const { session, place, random } = proving
  // Not stopped by the signal: nothing may stay behind.
  const leave = () => Promise.all([clean(proving, syncName), session.deleteSecret(place, key)])
  try {
    await clean(proving, syncName)
    const value = new Secret(Buffer.from(random.bytes(16)).toString('hex'))
    const took = await travel(proving, syncName, key, value, 'a secret')
    await leave().catch((error: unknown) => {
      const prefix = 'a secret arrived, but what was made for it could not be taken away: '
      throw error instanceof SealiftError ? error.with({ prefix }) : error
    })
    return took
  } catch (error) {
    // The first error is the one to be seen.
    await leave().catch(() => {})
    throw error
  }
}
