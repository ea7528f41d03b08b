import { SealiftError } from '../../../kernel/errors/index.ts'
import { compatibility, type Finding } from '../../compatibility/index.ts'
import { type Receipt, readReceipt } from '../../install/index.ts'
import { type Found, fault, ok, type Part, warning } from '../../preflight/index.ts'
import type { Grounds } from './grounds.ts'
import type { Check } from './looking.ts'

/** Whether the bundle may follow the older one that is installed, rule by rule. */
export function followingCheck({ host, cluster, opened, wired, helm }: Grounds): Check {
  return {
    ...{ id: 'present/versions', group: 'present', title: 'The bundle may follow what is installed' },
    seconds: 120,
    async look() {
      await cluster.need()
      const [bundle, found] = await Promise.all([opened.need(), wired.need()])
      const receipt = await installed(host.cluster)
      const { name, version } = bundle.lock.metadata
      const here = receipt?.lock.metadata
      if (receipt === undefined || here?.name !== name || here.version === version)
        return ok('no other version of this bundle is installed to its end')
      const asked = { cluster: host.cluster, helm: await helm.need(), receipt, bundle, wired: found }
      return (await compatibility(asked)).map(partOf)
    },
  }
}

async function installed(cluster: Grounds['host']['cluster']): Promise<Receipt | undefined> {
  try {
    return await readReceipt(cluster)
  } catch (error) {
    // One that was spoilt is told where the receipt is looked at; nothing can be compared with it.
    if (error instanceof SealiftError && ['NOT_INSTALLED', 'LOCK_INVALID'].includes(error.code))
      return undefined
    throw error
  }
}

function partOf({ id: of, ok: outcome, seen, hint = 'mend that, and run this again' }: Finding): Part {
  return { of, ...judged(outcome, seen, hint) }
}

function judged(outcome: Finding['ok'], seen: string, next: string): Found {
  if (outcome === 'yes') return ok(seen)
  return outcome === 'no' ? fault(seen, next) : warning(seen, next)
}
