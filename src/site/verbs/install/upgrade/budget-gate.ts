import { SealiftError } from '../../../../kernel/errors/index.ts'
import type { Watch } from '../../../../kernel/ports/index.ts'
import { unmeasured, usageOver } from '../../../budget/index.ts'
import { type BudgetAccount, observeBudget } from '../../../check/index.ts'
import type { Step } from '../../../install/index.ts'
import type { Installation } from '../installation.ts'

/** Seconds over which use is measured: as long as `check` does unless it is told otherwise. */
const window = 10
/** Milliseconds that kubelet has to tell of a new pod. */
const patience = 90_000
const interval = 2_000

/** Makes sure that use can be measured, before anything is changed. @throws SealiftError CLUSTER_* */
export async function requireMeasurable({ host }: Pick<Installation, 'host'>): Promise<void> {
  await host.cluster.usage().catch((error: unknown) => {
    if (!(error instanceof SealiftError)) throw error
    const hints = [
      'what nobody can measure is no gate: --budget warn, the default, tells it and goes on',
      'an account that rbac has made: --for upgrade,record has the right to measure',
    ]
    throw error.with({ prefix: 'the budget cannot hold this upgrade: ', hints })
  })
}

/**
 * The budget as a gate: fails where more is used than it allows, once the newer version is proven. What cannot be measured is
 * tried again for as long as kubelet has to tell of a new pod; after that it does not hold: whoever asks for a gate wants no
 * version that nobody knows the use of.
 */
export function budgetStep(installation: Installation): Step {
  return {
    id: 'budget',
    title: 'Hold what is used to the budget',
    needs: ['proof'],
    async run(say, signal) {
      const found = await measured(installation, { say, signal })
      if (!found.observedFits)
        throw new SealiftError('BUDGET_OBSERVED', `more is used than the budget allows: ${words(found)}`)
      return { changed: true, detail: words(found) }
    },
  }
}

async function measured(
  { bundle, host }: Pick<Installation, 'bundle' | 'host'>,
  { say, signal }: Watch,
): Promise<BudgetAccount> {
  const { cluster, clock } = host
  const account = (samples: Parameters<typeof observeBudget>[1]) => observeBudget(bundle, samples)
  for (const end = clock.now() + patience; ; await clock.sleep(interval, signal)) {
    let faults: string[]
    try {
      const missing = unmeasured(account(await cluster.usage()))
      if (missing.length === 0) {
        say(`measuring over ${window} s`)
        return account(await usageOver(window, host, signal))
      }
      say(`waiting for kubelet to tell of ${missing.join(', ')}`)
      faults = missing.map(object => `${object}: kubelet says nothing of it`)
    } catch (error) {
      if (!(error instanceof SealiftError) || error.code === 'INTERRUPTED') throw error
      say(`it is measured again: ${error.message}`)
      faults = [error.message]
    }
    if (clock.now() >= end)
      throw new SealiftError(
        'BUDGET_OBSERVED',
        'what is used cannot be measured, and the budget was to hold',
        { faults },
      )
  }
}

function words({ observed, budget }: BudgetAccount): string {
  const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20)
  return `${mebibytes(observed.memory)} of ${mebibytes(budget.memory)} MiB, ${Math.round(observed.cpu)} of ${Math.round(budget.cpu)}m CPU`
}
