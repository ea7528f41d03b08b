import type { Bundle } from '../../bundle/layout/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import type { OwnDatabase, SiteServices } from '../wire/index.ts'
import { judgeSchema, type SchemaVerdict } from './judge.ts'
import { lookAtSchema } from './look.ts'
import { serverMigrations } from './server.ts'
import { judgeWayBack, type WayBack } from './way-back.ts'

/** What an upgrade would meet in a database. */
export interface DatabaseProspect extends SchemaVerdict, Pick<WayBack, 'bytes'> {}

/**
 * Judges whether the server of a bundle may go on with a database, and whether that can be put back. Changes nothing.
 * @param objects what the server's chart renders to
 * @throws SealiftError BUNDLE_DAMAGED, DATABASE_*, SITE_INVALID, CLUSTER_*
 */
export async function databaseProspect(
  services: SiteServices,
  own: OwnDatabase,
  bundle: Pick<Bundle, 'images' | 'has' | 'stream'>,
  objects: readonly KubernetesObject[],
): Promise<DatabaseProspect> {
  const schema = await lookAtSchema(services, own)
  const { findings, pending } = judgeSchema(schema, await serverMigrations(bundle, objects))
  const { finding, ...size } = await judgeWayBack(services, own)
  return { findings: [...findings, finding], pending, ...size }
}
