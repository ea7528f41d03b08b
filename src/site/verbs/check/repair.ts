import { type Bundle, openBundle, signaturePath } from '../../../bundle/layout/index.ts'
import { requireTrusted, verifySource } from '../../../bundle/opening/index.ts'
import { count, type ErrorCode, SealiftError } from '../../../kernel/errors/index.ts'
import type { ReadSite } from '../../../kernel/inputs/index.ts'
import type { SiteHost, Talk } from '../../../kernel/ports/index.ts'
import {
  type Receipt,
  readReceipt,
  refuseOtherSite,
  requireJournal,
  siteJournal,
  underLease,
} from '../../install/index.ts'
import { onNode, workNodes } from '../../load/index.ts'
import { howKept, keptOn } from './kept.ts'
import { mendNode, type Repaired } from './mend.ts'

/** What to mend with. */
export interface RepairRequest {
  readonly site: ReadSite
  /** Path of the bundle that is installed, for images that are gone. */
  readonly bundle?: string | undefined
  /** Whether a bundle that nobody signed may be used, where the site names no keys. */
  readonly unsigned: boolean
  /** Where what was done is appended, one JSON object a line. */
  readonly journal: string
}

/**
 * Mends what images of the receipt lack on any node, while nobody else changes the site: pins them, ends what killed
 * loads have left, and loads what is gone out of a bundle, where one is given. Without one it stays gone, for `check` to
 * tell, and so does a node that cannot be mended: all are tried.
 * @throws SealiftError NOT_INSTALLED, FOREIGN_INSTALL, WRONG_SITE for a bundle without the site's images, the bundle's
 * codes, SITE_BUSY, CLUSTER_*, INTERRUPTED
 */
export async function repair(request: RepairRequest, host: SiteHost, talk: Talk): Promise<Repaired[]> {
  const { cluster, files, clock } = host
  const { site, digest } = request.site
  const receipt = await readReceipt(cluster)
  refuseOtherSite(receipt.site, site.metadata.name)
  await requireJournal(files, request.journal)
  return withBundle(request, receipt, host, talk, bundle =>
    underLease(host, talk, async under => {
      const started = clock.now()
      const done = await mendAll(receipt, bundle, host, under)
      if (done.length > 0)
        await siteJournal(cluster, files, request.journal).add({
          at: new Date(clock.now()).toISOString(),
          bundle: receipt.bundle,
          site: digest,
          step: 'repair',
          detail: done.map(({ node, what, done: how }) => `${how} ${what} on ${node}`).join('; '),
          milliseconds: clock.now() - started,
        })
      return done
    }),
  )
}

// No other node would fare better.
const ends: ReadonlySet<ErrorCode> = new Set([
  'CLUSTER_UNREACHABLE',
  'INTERRUPTED',
  'BUNDLE_DAMAGED',
  'FILE_FAILED',
])

async function mendAll(
  receipt: Receipt,
  bundle: Bundle | undefined,
  host: SiteHost,
  talk: Talk,
): Promise<Repaired[]> {
  const kept = await howKept(receipt, host)
  // What nodes pull they pull again.
  if (kept === 'pulled') return []
  const { nodes, close } = await workNodes(host)
  const done: Repaired[] = []
  try {
    for (const node of nodes) {
      talk.signal.throwIfAborted()
      try {
        done.push(
          ...(await onNode(
            node.name,
            mendNode({ ...node, kept: keptOn(node.local, kept) }, receipt, bundle, host, talk),
          )),
        )
      } catch (error) {
        if (!(error instanceof SealiftError) || ends.has(error.code)) throw error
        talk.reporter.warn(`could not be mended: ${error.message}`)
      }
    }
  } finally {
    await close()
  }
  return done
}

/** Does work with the bundle that was asked for, or with none. */
async function withBundle<T>(
  { bundle: path, site: { site }, unsigned }: RepairRequest,
  receipt: Receipt,
  { files, platform }: SiteHost,
  talk: Talk,
  work: (bundle: Bundle | undefined) => Promise<T>,
): Promise<T> {
  if (path === undefined) return work(undefined)
  const source = await files.openBundle(path)
  try {
    const bundle = await openBundle(source)
    await requireTrusted(signaturePath(source), bundle, site, unsigned, files)
    const wanted = new Map(receipt.lock.images.map(({ name, digest }) => [name, digest]))
    const images = bundle.images.filter(({ name, descriptor }) => wanted.get(name) === descriptor.digest)
    if (images.length < wanted.size)
      throw new SealiftError(
        'WRONG_SITE',
        `${path} has ${images.length} of the ${count(wanted.size, 'image')} that are installed on ${receipt.site}`,
        {
          hints: [
            `take the bundle that was installed: ${receipt.bundle}`,
            'another version is put there by sealift install',
          ],
        },
      )
    await verifySource(source, { path, platform }, files, talk)
    return await work({ ...bundle, images })
  } finally {
    await source.close()
  }
}
