import * as z from 'zod'
import { type AskPassphrase, openSigningKey, signed, writeSignature } from '../../bundle/opening/index.ts'
import { count } from '../../kernel/errors/index.ts'
import { printFacts, siteFacts } from '../../kernel/facts/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import { digestOf } from '../../kernel/oci/index.ts'
import { asStep, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import { type FactsHost, gatherFacts } from '../facts/index.ts'
import { recordedSite, refuseOtherSite } from '../install/index.ts'

/** Whose facts are wanted, and where they are written, if they are. */
export interface FactsRequest {
  readonly site: Site
  readonly output?: string
  /** Signs the file: the path of the private key, and who is asked for its passphrase. */
  readonly sign?: { readonly key: string; readonly ask: AskPassphrase }
}

/** The facts; the file that has them, and its signature. */
export const factsResult = siteFacts.extend({
  file: z.string().exactOptional(),
  signature: signed.exactOptional(),
})
export type FactsResult = z.infer<typeof factsResult>

/**
 * Finds out what a site is like, and writes it down for the host that makes its bundles. Changes nothing on the site.
 * @throws SealiftError FOREIGN_INSTALL for a cluster that is another site, KEY_INVALID, CLUSTER_*, LOAD_FAILED, FILE_FAILED, DISK_FULL
 */
export async function findFacts(
  { site, output, sign }: FactsRequest,
  host: FactsHost & Pick<SiteHost, 'files'>,
  talk: Talk,
): Promise<FactsResult> {
  const { cluster, files } = host
  const { name } = site.metadata
  const key = sign && (await openSigningKey(sign.key, files, sign.ask))
  refuseOtherSite(await recordedSite(cluster, []), name)
  const found = await asStep(
    talk.reporter,
    'Look what the site is like',
    () => gatherFacts(name, host, talk),
    ({ nodes, kubernetes }) => `${kubernetes.version}, ${count(nodes.length, 'node')}`,
  )
  if (output === undefined) return found
  const bytes = Buffer.from(printFacts(found))
  await files.write(output, bytes)
  const signature =
    key && (await writeSignature(`${output}.sig`, { index: bytes, digest: digestOf(bytes) }, key, files))
  return { ...found, file: output, ...(signature === undefined ? {} : { signature }) }
}
