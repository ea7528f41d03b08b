import {
  adminSession,
  isManaged,
  siteOf,
  systemNamespace,
  whereWired,
  withInfisical,
} from '../../kernel/access/index.ts'
import { printable, SealiftError } from '../../kernel/errors/index.ts'
import {
  type Cluster,
  type Infisical,
  type InfisicalSession,
  kinds,
  type SiteHost,
} from '../../kernel/ports/index.ts'

// A server that was installed answers: questions are asked again so often while its pod starts anew.
const attempts = 20

/** Namespaces of a site. */
export interface Where {
  readonly infisical: string
  /** External Secrets Operator's, where it can be told. */
  readonly externalSecrets?: string
}

/**
 * Finds Infisical in the namespaces that Sealift claimed for the site, logs in as its admin, and gives the session to
 * `work`, for as long as that takes.
 * @throws SealiftError NOT_INSTALLED, FOREIGN_INSTALL for another site's cluster or a login that is refused,
 * SERVER_FAILED, CLUSTER_*, and what the work throws
 */
export async function withAdmin<T>(
  site: string,
  host: Pick<SiteHost, 'cluster' | 'infisical'>,
  signal: AbortSignal,
  work: (session: InfisicalSession, infisical: Infisical, where: Where) => Promise<T>,
): Promise<T> {
  const { cluster } = host
  const { infisical: namespace, ...rest } = await whereWired(cluster, await claimed(cluster, site))
  if (namespace === undefined) throw notInstalled('Infisical is in none of the namespaces of this site')
  const logIn = async (server: Infisical) =>
    await work(await adminSession(cluster, server, namespace), server, { infisical: namespace, ...rest })
  return await withInfisical(host, namespace, logIn, { attempts, signal })
}

async function claimed(cluster: Cluster, site: string): Promise<string[]> {
  const ours = (await cluster.list(kinds.namespace)).filter(isManaged)
  const other = ours.map(siteOf).find(mark => mark !== undefined && mark !== site)
  if (other !== undefined)
    throw new SealiftError(
      'FOREIGN_INSTALL',
      `this cluster is site ${printable(other)}, and the site file is of ${site}`,
      { hints: ['take the site file of this cluster, or the kubeconfig of that site'] },
    )
  const names = ours.map(({ metadata }) => metadata.name).filter(name => name !== systemNamespace)
  if (names.length === 0) throw notInstalled('Sealift has installed nothing on this cluster')
  return names
}

function notInstalled(what: string): SealiftError {
  return new SealiftError('NOT_INSTALLED', what, { hints: ['run: sealift install BUNDLE -c site.yaml'] })
}
