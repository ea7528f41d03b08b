import { statusOf } from '../../../kernel/access/index.ts'
import { count, SealiftError } from '../../../kernel/errors/index.ts'
import {
  asStep,
  type Cluster,
  type Infisical,
  type InfisicalSession,
  type Reporter,
  type Secret,
} from '../../../kernel/ports/index.ts'
import { compareRead, type Destination, keyOf, readerOf, writeSecrets } from '../../migrate/index.ts'
import type { Pace } from '../../pace/index.ts'
import type { Where } from '../../server/index.ts'
import type { Plan } from './look.ts'
import type { Migrated } from './result.ts'

/** A site's Infisical, with its admin logged in, and where it is. */
export interface Server {
  readonly session: InfisicalSession
  readonly infisical: Infisical
  readonly where: Where
}

/** What writing and reading back needs. */
interface Proving {
  readonly server: Server
  readonly cluster: Cluster
  readonly pace: Pace
  readonly reporter: Reporter
  readonly digest: (value: Secret) => string
}

/**
 * Writes what is missing, and reads all of it back as External Secrets Operator does. Gives the result, and digests of
 * what is read by name. @throws SealiftError SERVER_FAILED, CLUSTER_*
 */
export async function writeAndProve(
  { all, doubts, expansion, located, there, result }: Plan,
  { project, environment, path }: Destination,
  { server, cluster, pace, reporter, digest }: Proving,
): Promise<{ result: Migrated; digests: ReadonlyMap<string, string> }> {
  const { batches, tenancy } = server.session
  const secrets = all
    .filter(({ change }) => change !== 'left' && change !== 'again')
    .map(({ found }) => found)
  const written = await asStep(
    reporter,
    'Write what is missing',
    say => writeSecrets(located.place, secrets, there, { batches, tenancy, pace, say }),
    sum => (sum === 0 ? 'it is there already' : `${count(sum, 'secret')} written`),
  )
  const changing = doubts.filter(({ kind }) => kind === 'changed').map(({ from }) => keyOf(from))
  const accepted = new Set(changing)
  const expected = secrets.map(({ name, value, from }) => ({
    ...{ name, value, accepted: accepted.has(keyOf(from)) },
  }))
  const scope = { project, environment, path, expandSecretReferences: expansion.replaces }
  const { who, ...compared } = await asStep(
    reporter,
    'Read them back as External Secrets Operator does',
    async () => {
      const { reading, who } = await readerOf(scope, cluster, server, server.where.externalSecrets)
      const read = await pace.read(() => reading.readByStore(scope)).catch(refused(who))
      const kept = expansion.replaces ? await pace.read(() => batches.secretsIn(located.place)) : undefined
      return { who, ...compareRead(expected, read ?? new Map(), digest, kept) }
    },
    ({ different }) => (different.length === 0 ? 'all are equal' : `${different.length} are not`),
  ).catch(unproven)
  const parity = {
    ...{ by: who, expandSecretReferences: expansion.replaces },
    equal: expected.length - compared.changed.length - compared.different.length,
    ...{ changed: [...compared.changed], different: [...compared.different] },
  }
  return { result: { ...result, written, parity }, digests: compared.digests }
}

/** Gives a refusal to let the store's identity read what is to be done. */
const refused = (who: string) => (error: unknown) => {
  if (!(error instanceof SealiftError) || statusOf(error) !== 403) throw error
  throw error.with({
    prefix: `${who} may not read it: `,
    hints: ['sealift stores apply gives the store its rights again; then run it once more'],
  })
}

/** Says of what ended reading back that writing did not end by it. */
function unproven(error: unknown): never {
  if (!(error instanceof SealiftError)) throw error
  throw error.with({ prefix: 'all is written, and not proven: ' })
}
