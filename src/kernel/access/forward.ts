import type { Forward, Haste, Infisical, SiteHost } from '../ports/index.ts'
import { infisicalName, infisicalPort } from './names.ts'

/** One way to Infisical's API, opened when it is asked for first, for all who need it. */
export interface InfisicalAccess {
  /** @throws SealiftError CLUSTER_* when no ready pod is behind its Service */
  server(): Promise<Infisical>
  close(): Promise<void>
}

/** A way through the API server to the Infisical in a namespace. The caller closes it. */
export function infisicalAccess(
  host: Pick<SiteHost, 'cluster' | 'infisical'>,
  namespace: string,
  haste?: Haste,
): InfisicalAccess {
  let opening: Promise<Forward> | undefined
  return {
    async server() {
      opening ??= host.cluster.forwardService(namespace, infisicalName, infisicalPort)
      const { host: address, port } = await opening
      return host.infisical(`http://${address}:${port}`, haste)
    },
    async close() {
      const forward = await opening?.catch(() => undefined)
      opening = undefined
      await forward?.close()
    },
  }
}

/** The same for as long as `work` takes. @throws SealiftError CLUSTER_*, and what the work throws */
export async function withInfisical<T>(
  host: Pick<SiteHost, 'cluster' | 'infisical'>,
  namespace: string,
  work: (infisical: Infisical) => Promise<T>,
  haste: Haste,
): Promise<T> {
  const access = infisicalAccess(host, namespace, haste)
  try {
    return await work(await access.server())
  } finally {
    await access.close()
  }
}
