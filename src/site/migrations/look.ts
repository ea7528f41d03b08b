import { messageOf, printable, SealiftError, systemCode } from '../../kernel/errors/index.ts'
import { type OwnDatabase, type SiteServices, withOwnSession } from '../wire/index.ts'
import { migrationsApplied } from './applied.ts'
import { type SchemaTrouble, schemaTroubles } from './troubles.ts'

/** What a database says of its schema. */
export interface SchemaLook {
  /** Names of its migrations, in the order in which they ran. */
  readonly applied: readonly string[]
  readonly troubles: readonly SchemaTrouble[]
}

/** Looks at the schema of Infisical's database, as its own role. @throws SealiftError DATABASE_*, SITE_INVALID, CLUSTER_* */
export async function lookAtSchema(services: SiteServices, own: OwnDatabase): Promise<SchemaLook> {
  return await withOwnSession(services, own, async session => {
    try {
      return { applied: await migrationsApplied(session), troubles: await schemaTroubles(session) }
    } catch (error) {
      if (error instanceof SealiftError) throw error
      throw new SealiftError(
        systemCode(error) === '42501' ? 'DATABASE_DENIED' : 'DATABASE_UNFIT',
        `cannot see how far database ${own.parts.database} is migrated: ${printable(messageOf(error))}`,
        { cause: error },
      )
    }
  })
}
