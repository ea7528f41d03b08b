import type { Clock, Database } from '../../kernel/ports/index.ts'
import {
  asDatabaseMaker,
  atRealPlace,
  type DatabaseMaker,
  type OwnDatabase,
  type RealPlace,
  type SiteServices,
} from '../wire/index.ts'
import { explainedCopy } from './explained.ts'

/** Who makes databases, and how he reaches the server again. */
export interface Maker extends DatabaseMaker {
  readonly database: Database
  /** Infisical's database and role. */
  readonly own: { readonly database: string; readonly user: string }
  readonly clock: Clock
}

/** Does work at the server that has Infisical's database, as whoever may make others there. @throws SealiftError DATABASE_*, SITE_INVALID, CLUSTER_* */
export async function asMaker<T>(
  services: SiteServices,
  own: OwnDatabase,
  work: (maker: Maker) => Promise<T>,
): Promise<T> {
  return await atRealPlace(services, own, place => asMakerAt(services, place, work))
}

/** The same where there is a way to the server already. */
export async function asMakerAt<T>(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  place: RealPlace,
  work: (maker: Maker) => Promise<T>,
): Promise<T> {
  const { login: own } = place
  return await explainedCopy(() =>
    asDatabaseMaker(database, place, maker => work({ ...maker, database, own, clock })),
  )
}
