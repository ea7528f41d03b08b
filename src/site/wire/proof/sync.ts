import { probeScope } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { type InfisicalSession, Secret, type SecretPlace } from '../../../kernel/ports/index.ts'
import { briefly, checkNames, clean, sweepChecks } from './leftovers.ts'
import { hex, type Proving, travel } from './probe.ts'

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
 * made away again, also when it fails or is stopped, and what checks that were killed left behind. Several may be at
 * work: each has names of its own. Gives the milliseconds it took.
 * @throws SealiftError PROOF_FAILED with what ESO says, SERVER_FAILED, CLUSTER_*
 */
export async function syncOnce(proving: Proving): Promise<number> {
  const { session, place, random } = proving
  await sweepChecks(proving)
  const { name, key } = checkNames(hex(random, 4))
  // Not stopped by the signal: nothing may stay behind.
  const leave = () => Promise.all([clean(proving, name, briefly), session.deleteSecret(place, key)])
  try {
    const took = await arrival(proving, name, key)
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

async function arrival(proving: Proving, name: string, key: string): Promise<number> {
  const { session, place, random } = proving
  const send = () => travel(proving, name, key, new Secret(hex(random, 16)), 'a secret')
  try {
    return await send()
  } catch (error) {
    // Another check's sweep may have come between the secret and its ExternalSecret, which keeps it from now on.
    const taken = error instanceof SealiftError && error.code === 'PROOF_FAILED'
    if (!taken || (await session.secret(place, key)) !== undefined) throw error
    return await send()
  }
}
