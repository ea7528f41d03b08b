import { count } from '../../kernel/errors/index.ts'
import { asStep, type BundleSource, type Files, type Talk } from '../../kernel/ports/index.ts'
import { faultsError } from '../layout/index.ts'
import { type Verdict, verifyBundle } from '../verify/index.ts'
import { withBundles } from './bases.ts'

/** How to verify: the bundle's path for people, a platform that every image must be there for, older bundles' paths. */
export interface Verifying {
  readonly path: string
  readonly platform?: string | undefined
  readonly bases?: readonly string[]
}

/**
 * Verifies an open bundle, and shows it as a step; what is missing of a delta is only told: a site may have it.
 * @throws SealiftError BUNDLE_MALFORMED, BUNDLE_DAMAGED or BUNDLE_WRONG_PLATFORM with every fault, FILE_FAILED
 */
export async function verifySource(
  source: BundleSource,
  { path, platform, bases = [] }: Verifying,
  files: Files,
  talk: Talk,
): Promise<Verdict> {
  const { reporter, signal, progressOn } = talk
  const whole = async (say: (detail: string) => void) => {
    const verdict = await withBundles(bases, files, opened =>
      verifyBundle(source, {
        onProgress: progressOn({ update: say }),
        signal,
        bases: opened,
        ...(platform ? { platform } : {}),
      }),
    )
    if (verdict.faults.length > 0) throw faultsError(verdict.faults)
    return verdict
  }
  return asStep(reporter, `Verify ${path}`, whole, ({ images, charts, absent }) => {
    const delta = absent.length > 0 ? `, a delta without ${count(absent.length, 'layer')}` : ''
    return `${count(images.length, 'image')}, ${count(charts.length, 'chart')}${delta}`
  })
}
