import * as z from 'zod'
import { whereWired } from '../../kernel/access/index.ts'
import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import { asStep, type Files, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import { printYaml } from '../../kernel/yaml/index.ts'
import {
  budgetFit,
  changesOf,
  confirm,
  confirmation,
  fitBudget,
  loadNow,
  notedFit,
  noteObservation,
  observationOf,
  observations,
  serverNow,
  syncLoad,
  usageOver,
  valueChange,
  valuesOf,
} from '../budget/index.ts'
import { aroundOf, budgetAccount, observeBudget } from '../check/index.ts'
import { readReceipt, refuseOtherSite } from '../install/index.ts'
import { heapIn, lastEnd } from '../wire/index.ts'

/** What a site would need at least, by what was observed of it. */
export const fitResult = z.strictObject({
  site: z.string(),
  fit: budgetFit,
  changes: z.array(valueChange),
  /** What runs, as it was observed. */
  account: budgetAccount,
  syncs: syncLoad,
  /** Observations before this one that it rests on. */
  earlier: z.number(),
  /** Whether what an earlier fit has said was observed again. */
  confirmation,
  /** Values files that were written. */
  files: z.array(z.string()).exactOptional(),
})
export type FitResult = z.infer<typeof fitResult>

/** What a fit is to look at, and to leave. */
export interface FitRequest {
  readonly site: Site
  /** Seconds that use is measured for. */
  readonly window: number
  /** Minutes after its start from which on a container is at rest. */
  readonly settled: number
  readonly withoutWebhook: boolean
  /** Note it in the site's history, so that it can be confirmed later. */
  readonly record: boolean
  /** A folder for values files. */
  readonly output?: string | undefined
}

/**
 * The smallest honest setting for a site from what is observed, and whether an earlier one was confirmed. Changes nothing of
 * what runs. @throws SealiftError NOT_INSTALLED, FOREIGN_INSTALL, LOCK_INVALID, FILE_FAILED, DISK_FULL, CLUSTER_*
 */
export async function fitSite(request: FitRequest, host: SiteHost, talk: Talk): Promise<FitResult> {
  const { cluster, clock, files } = host
  const { site, window, settled, withoutWebhook, record, output } = request
  const receipt = await readReceipt(cluster)
  refuseOtherSite(receipt.site, site.metadata.name)
  const usage = await asStep(
    talk.reporter,
    'Measure what is used',
    async () => await usageOver(window, host, talk.signal),
    () => `over ${window} s`,
  )
  const account = observeBudget(receipt, usage, await aroundOf(receipt, cluster, talk))
  const namespaces = [...new Set(receipt.lock.charts.map(chart => chart.namespace))]
  const { infisical } = await whereWired(cluster, namespaces)
  const [server, ended, load, all] = await Promise.all([
    serverNow(cluster, infisical),
    infisical === undefined ? undefined : lastEnd(cluster, infisical),
    loadNow(receipt, host),
    observations(cluster),
  ])
  const heap = heapIn(server?.options ?? '')
  const earlier = all.filter(one => one.bundle === receipt.bundle && one.heap === heap)
  const resting = { at: clock.now(), settled }
  const found = fitBudget({ account, earlier, server, load, resting, ended: ended?.by, withoutWebhook })
  const changes = changesOf(found)
  const confirmed = confirm(account, all, resting)
  if (record)
    await noteObservation(cluster, {
      ...observationOf(account, {
        ...{ at: new Date(resting.at).toISOString(), bundle: receipt.bundle, window },
        ...{ externalSecrets: load.externalSecrets, refreshes: load.refreshes },
        ...(heap === undefined ? {} : { heap }),
      }),
      fit: notedFit(found),
    })
  const written = output === undefined ? undefined : await writeValues(files, output, valuesOf(changes))
  return {
    ...{ site: receipt.site, fit: found, changes, account, syncs: load, earlier: earlier.length },
    ...{ confirmation: confirmed, ...(written && { files: written }) },
  }
}

async function writeValues(
  files: Pick<Files, 'write'>,
  folder: string,
  values: ReadonlyMap<string, object>,
): Promise<string[]> {
  const written: string[] = []
  for (const [chart, content] of values) {
    // The lock is what the cluster says it is, and the file is to be in the folder.
    if (!/^[\w-][\w.-]*$/.test(chart))
      throw new SealiftError(
        'LOCK_INVALID',
        `a chart in the receipt cannot name a file: ${printable(chart)}`,
        {
          hints: ['ConfigMap sealift-receipt was changed by hand: install the bundle again'],
        },
      )
    const path = `${folder}/${chart}.fit.yaml`
    const head =
      '# By sealift budget fit, from what was observed. Last among values in bundle.yaml, then lock, build and install.\n'
    await files.write(path, head + printYaml(content))
    written.push(path)
  }
  return written
}

/** The error that ends a fit which even so is above the budget. @returns undefined where it is within it */
export function fitFault({ fit: { fits } }: FitResult): SealiftError | undefined {
  return fits
    ? undefined
    : new SealiftError('BUDGET_OBSERVED', 'what the platform needs at least is above the budget', {
        hints: ['the table says by how much, and what could be given up'],
      })
}
