import { SealiftError } from '../../../kernel/errors/index.ts'
import { asStep, type Talk } from '../../../kernel/ports/index.ts'
import { counts, type PreflightCheck, type PreflightResult } from '../../preflight/index.ts'
import { accessChecks } from './access.ts'
import { admissionChecks } from './admission.ts'
import { bundleChecks } from './bundle.ts'
import { clusterChecks } from './cluster.ts'
import { groundsOf, type PreflightHost, type PreflightRequest } from './grounds.ts'
import { loadChecks } from './load.ts'
import { type Check, looked } from './looking.ts'
import { nodeChecks } from './nodes.ts'
import { presentChecks } from './present.ts'
import { rightsCheck } from './rights.ts'
import { serviceChecks } from './services.ts'
import { upgradeChecks } from './upgrade.ts'

/**
 * Looks at everything that could stop an install, all of it at once, and changes nothing: no namespace, no lease, no
 * object. A look that cannot be made says why, and hides no other.
 * @throws SealiftError INTERRUPTED
 */
export async function preflight(
  request: PreflightRequest,
  host: PreflightHost,
  talk: Talk,
): Promise<PreflightResult> {
  const { reporter, signal } = talk
  const grounds = groundsOf(request, host, talk)
  const all: readonly Check[] = [
    ...bundleChecks(grounds),
    ...clusterChecks(grounds),
    rightsCheck(grounds),
    ...nodeChecks(grounds),
    ...loadChecks(grounds),
    ...serviceChecks(grounds),
    ...presentChecks(grounds),
    ...upgradeChecks(grounds),
    ...admissionChecks(grounds),
    ...accessChecks(grounds),
  ]
  try {
    const checks = await asStep(
      reporter,
      'Look at everything that could stop an install',
      say => lookAtAll(all, host, signal, say),
      found =>
        `${found.filter(({ result }) => result !== 'not-looked-at').length} of ${found.length} things were looked at`,
    )
    const bundle = await grounds.opened.own().catch(() => undefined)
    const summed = counts(checks)
    return {
      site: request.site.metadata.name,
      bundle: {
        path: request.bundle,
        ...(bundle ? { digest: bundle.digest, version: bundle.lock.metadata.version } : {}),
      },
      at: new Date(host.clock.now()).toISOString(),
      by: host.operator,
      ok: summed.fault === 0,
      counts: summed,
      checks,
    }
  } finally {
    await grounds.close()
  }
}

/** Makes every look at once; gives them in their own order. */
async function lookAtAll(
  all: readonly Check[],
  { clock }: PreflightHost,
  signal: AbortSignal,
  say: (detail: string) => void,
): Promise<PreflightCheck[]> {
  let done = 0
  const looks = all.map(async check => {
    const found = await looked(check, clock, signal)
    done += 1
    say(`${done} of ${all.length}`)
    return found
  })
  await Promise.allSettled(looks)
  return (await Promise.all(looks)).flat()
}

/** The error that ends a preflight which found a fault. @returns undefined where nothing stands in the way */
export function preflightFault({
  checks,
  ok,
}: Pick<PreflightResult, 'checks' | 'ok'>): SealiftError | undefined {
  if (ok) return undefined
  const faults = checks.filter(({ result }) => result === 'fault').map(({ id, seen }) => `${id}: ${seen}`)
  const what = faults.length === 1 ? 'a fault' : `${faults.length} faults`
  return new SealiftError('PREFLIGHT_FAILED', `an install would not go through: ${what}`, {
    faults,
    hints: ['mend them, and run this again: nothing was changed here'],
  })
}
