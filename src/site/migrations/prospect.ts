import type { Bundle } from '../../bundle/layout/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import type { OwnDatabase, SiteServices } from '../wire/index.ts'
import { judgeSchema, type SchemaVerdict } from './judge.ts'
import { lookAtSchema } from './look.ts'
import { serverMigrations } from './server.ts'

/**
 * Judges whether the server of a bundle may go on with a database. Changes nothing.
 * @param objects what the server's chart renders to
 * @throws SealiftError BUNDLE_DAMAGED, DATABASE_*, SITE_INVALID, CLUSTER_*
 */
export async function schemaProspect(
  services: SiteServices,
  own: OwnDatabase,
  bundle: Pick<Bundle, 'images' | 'has' | 'stream'>,
  objects: readonly KubernetesObject[],
): Promise<SchemaVerdict> {
  const schema = await lookAtSchema(services, own)
  return judgeSchema(schema, await serverMigrations(bundle, objects))
}
