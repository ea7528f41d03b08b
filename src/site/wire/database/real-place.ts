import type { DatabaseLogin, Endpoint } from '../../../kernel/ports/index.ts'
import { operatedBy } from '../cloudnativepg/index.ts'
import { adminLogin } from '../connection.ts'
import { serviceAt, through } from '../reach.ts'
import type { SiteServices } from '../services.ts'
import type { OwnDatabase } from './own-database.ts'
import { asOwn } from './site-database.ts'

/** Infisical's database at the server that has it, past a pooler that the site's operator is known to have put before it. */
export interface RealPlace {
  /** As pods see the server. */
  readonly server: Endpoint
  /** The Service that leads to it; nothing where it is none of the cluster. */
  readonly service?: { readonly namespace: string; readonly service: string }
  /** Whether CloudNativePG runs it. */
  readonly operated: boolean
  /** Infisical's own login. */
  readonly login: DatabaseLogin
  /** The administrator's, where the site file names one. @throws SealiftError SITE_INVALID */
  readonly admin: () => Promise<DatabaseLogin | undefined>
}

/** Does work with a way to the server that has Infisical's database. @throws SealiftError DATABASE_UNREACHABLE, SITE_INVALID, CLUSTER_* */
export async function atRealPlace<T>(
  services: SiteServices,
  own: OwnDatabase,
  work: (place: RealPlace) => Promise<T>,
): Promise<T> {
  const operated = await operatedBy(services)
  const { host, port } = operated?.primary ?? own.parts
  const service = await serviceAt(services, host)
  return await through(services, 'database', { host, port }, async endpoint => {
    const login = { ...asOwn(own, endpoint), serverName: host }
    const admin = () => adminLogin(services.cluster, services.site, endpoint)
    return await work({
      ...{ server: { host, port }, operated: operated !== undefined, login, admin },
      ...(service && { service }),
    })
  })
}
