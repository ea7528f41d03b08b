import * as z from 'zod'
import type { Bundle } from '../../bundle/layout/index.ts'
import {
  bundledHelm,
  type Locked,
  readPublicKeys,
  requireSignedBundle,
  withLocked,
} from '../../bundle/opening/index.ts'
import { digestShape } from '../../kernel/oci/index.ts'
import { asStep, type Files, type HelmFrom, type Talk } from '../../kernel/ports/index.ts'
import {
  changesSince,
  type Explained,
  explainCharts,
  explainedBudget,
  explainLock,
  figureChange,
} from '../explain/index.ts'
import { bundledCharts } from '../render/index.ts'

const side = z.strictObject({
  path: z.string(),
  name: z.string(),
  version: z.string(),
  digest: digestShape.exactOptional(),
})

/** Where a bundle's budget comes from, and what differs from another's. */
export const budgetExplained = z.strictObject({
  bundle: side,
  explained: explainedBudget,
  since: side.exactOptional(),
  changes: z.array(figureChange).exactOptional(),
  /** Why the charts were not rendered, so that fields and places of values are not known. */
  note: z.string().exactOptional(),
})
export type BudgetExplained = z.infer<typeof budgetExplained>

/** What to explain: a bundle, or a lock, or a folder with one; and since which other. */
export interface ExplainRequest {
  readonly path: string
  readonly since?: string | undefined
  /** Paths of public keys, one of which must have signed each bundle; then helm is run, on the charts of both. */
  readonly keys: readonly string[]
  /** Run its helm on the charts of both, whoever made them. */
  readonly objects: boolean
}

/** What explaining needs of this machine. */
export interface ExplainHost {
  readonly files: Files
  readonly helmFrom: HelmFrom
  /** This machine's platform, `linux/amd64`. */
  readonly platform: string
}

/**
 * Says where each part of a budget comes from. Charts are rendered by the helm in the bundle, if somebody answers for that.
 * @throws SealiftError LOCK_INVALID, SPEC_INVALID, BUNDLE_*, SIGNATURE_INVALID, KEY_INVALID, FILE_FAILED, DISK_FULL
 */
export async function explainBudget(
  { path, since, keys, objects }: ExplainRequest,
  host: ExplainHost,
  talk: Talk,
): Promise<BudgetExplained> {
  const trusted = await readPublicKeys(keys, host.files)
  const require = async (locked: Locked) => {
    if (keys.length > 0) await requireSignedBundle(locked, trusted, host.files)
  }
  const run = objects || keys.length > 0
  return await withLocked(path, host.files, async now => {
    await require(now)
    if (since === undefined) return await explained(now, undefined, run, host, talk)
    return await withLocked(since, host.files, async then => {
      // A lock has no charts that would be rendered.
      if (then.bundle !== undefined) await require(then)
      return await explained(now, then, run, host, talk)
    })
  })
}

async function explained(
  now: Locked,
  then: Locked | undefined,
  run: boolean,
  host: ExplainHost,
  talk: Talk,
): Promise<BudgetExplained> {
  const helm = now.bundle && run ? await bundledHelm(now.bundle, host) : undefined
  const explain = async ({ bundle, lock }: Locked): Promise<Explained> => {
    if (helm === undefined || bundle === undefined) return explainLock(lock)
    const folder = await host.files.temporary('sealift-explain-')
    const rendering = { helm, files: host.files, folder: folder.path, signal: talk.signal }
    const render = async () => await explainCharts(await bundledCharts(bundle), lock, rendering)
    try {
      const told = ({ containers }: Explained) => `${containers.length} containers`
      return await asStep(talk.reporter, `Render the charts of ${lock.metadata.version}`, render, told)
    } finally {
      await folder.dispose()
    }
  }
  try {
    const found = await explain(now)
    return {
      ...{ bundle: sideOf(now), explained: found },
      ...(helm === undefined ? { note: noteFor(now.bundle) } : {}),
      ...(then && { since: sideOf(then), changes: changesSince(await explain(then), found) }),
    }
  } finally {
    await helm?.dispose()
  }
}

const noteFor = (bundle: Bundle | undefined): string =>
  bundle === undefined
    ? 'fields and values are not known: a lock has no charts, name a bundle'
    : 'fields and values are not known, since finding them runs the helm in the bundle: name who signed it with --key, or say --objects'

const sideOf = ({ path, lock, bundle }: Locked): z.infer<typeof side> => ({
  ...{ path, ...lock.metadata },
  ...(bundle === undefined ? {} : { digest: bundle.digest }),
})
