import * as z from 'zod'
import { jsonIn } from '../../kernel/objects/index.ts'
import { digestShape } from '../../kernel/oci/index.ts'
import type { Cluster } from '../../kernel/ports/index.ts'
import { changeReceipt, type ReceiptData, receiptData } from './receipt-object.ts'

/** An install that has begun, for whoever asks before its end, or when it has none. Holds no secret. */
export const startedInstall = z.object({
  name: z.string(),
  version: z.string(),
  /** Identity of the bundle, and when it was begun first (ISO); an older Sealift has noted neither. */
  bundle: digestShape.exactOptional(),
  since: z.string().exactOptional(),
  /** The site's name. */
  site: z.string().exactOptional(),
  releases: z.array(z.object({ name: z.string(), version: z.string(), namespace: z.string() })),
})
export type StartedInstall = z.infer<typeof startedInstall>

const key = 'started'

/**
 * Notes in the receipt that an install begins, beside what is installed. Unlike `noteBegun` it stands in nobody's way:
 * nothing has been changed yet. What is begun again goes on, and keeps its time. @throws SealiftError CLUSTER_*
 */
export async function noteStarted(cluster: Cluster, started: Required<StartedInstall>): Promise<void> {
  await changeReceipt(cluster, data => {
    const before = parsed(data)
    const again = before?.bundle === started.bundle && before.site === started.site
    const { releases, ...note } = { ...started, since: (again && before.since) || started.since }
    const named = releases.map(({ name, version, namespace }) => ({ name, version, namespace }))
    return { ...data, [key]: JSON.stringify({ ...note, releases: named }) }
  })
}

/**
 * Whether this very bundle is proven on this site, with nothing begun since: to run it again begins nothing, unless it
 * finds something to do. @throws SealiftError CLUSTER_*
 */
export async function isProven(
  cluster: Cluster,
  { bundle, site }: Pick<StartedInstall, 'bundle' | 'site'>,
): Promise<boolean> {
  const data = await receiptData(cluster)
  if (data?.['bundle'] !== bundle || data?.['site'] !== site || data?.['removed'] !== undefined) return false
  return data?.['begunName'] === undefined && data?.[key] === undefined
}

/** The install that has begun and not come to its end, if there is one. @throws SealiftError CLUSTER_* */
export async function unfinishedInstall(cluster: Cluster): Promise<StartedInstall | undefined> {
  const data = await receiptData(cluster)
  const started = parsed(data)
  if (started !== undefined) return started
  const { begunName: name, begunVersion: version, begunSite: site } = data ?? {}
  if (name === undefined || version === undefined) return undefined
  return { name, version, ...(site === undefined ? {} : { site }), releases: [] }
}

/** A receipt's fields without that note. */
export function withoutStarted({ [key]: _, ...data }: ReceiptData): ReceiptData {
  return data
}

/** The note; one that somebody has spoilt is none. */
function parsed(data: ReceiptData | undefined): StartedInstall | undefined {
  return startedInstall.safeParse(jsonIn(data?.[key])).data
}
