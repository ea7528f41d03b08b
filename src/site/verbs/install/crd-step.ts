import { managed } from '../../../kernel/access/index.ts'
import { count } from '../../../kernel/errors/index.ts'
import type { ChartSpec } from '../../../kernel/inputs/index.ts'
import { textsIn } from '../../../kernel/objects/index.ts'
import { isTerminating, type KubernetesObject, kinds } from '../../../kernel/ports/index.ts'
import { canStoreAnew, cleanStoredVersions, definitionsOf, lostVersions } from '../../compatibility/index.ts'
import { allInOrder, type Step } from '../../install/index.ts'
import { wouldChange } from '../../release/index.ts'
import { covers, ensure } from '../../wire/index.ts'
import { type Installation, stoppedBy } from './installation.ts'

/**
 * Applies a chart's CRDs server-side: those that are not there as the chart has them. The first that changes what is
 * there begins the install: an older bundle would take that back.
 */
export function crdStep(chart: ChartSpec, installation: Installation): Step {
  const { host, begin } = installation
  const { cluster } = host
  return {
    id: `crds-${chart.release}`,
    title: `Apply CRDs of ${chart.name}`,
    needs: ['namespaces'],
    async run(say, signal) {
      const wanted = await crdsOf(chart, stoppedBy(signal, installation))
      const live = new Map((await cluster.list(kinds.crd)).map(crd => [crd.metadata.name, crd]))
      const lacking = wanted.filter(crd => {
        const there = live.get(crd.metadata.name)
        return isTerminating(there) || !covers(there, crd)
      })
      const changes = lacking.map(async crd => {
        const there = live.get(crd.metadata.name)
        // Of one that the API server would not take as it is, no dry run tells anything.
        if (isTerminating(there) || !there || isStoredOtherwise(there, crd)) return true
        return await wouldChange(cluster, there, crd, 'sealift')
      })
      if ((await allInOrder(changes)).some(Boolean)) await begin()
      signal.throwIfAborted()
      let moved = 0
      for (const crd of lacking) {
        const there = live.get(crd.metadata.name)
        if (there === undefined || isTerminating(there) || !isStoredOtherwise(there, crd)) continue
        say(`stores objects of ${crd.metadata.name} anew`)
        moved += await cleanStoredVersions(cluster, there)
      }
      // All at once: none needs another, and External Secrets Operator, which takes its time, waits for them.
      let done = 0
      const made = lacking.map(async crd => {
        const changed = await ensure(cluster, crd)
        say(`${++done} of ${lacking.length}`)
        return changed
      })
      const applied = (await allInOrder(made)).filter(Boolean).length
      const rest = applied < wanted.length ? `, ${wanted.length - applied} there before` : ''
      const anew = moved > 0 ? `; ${count(moved, 'object')} stored anew, as their version goes` : ''
      return { changed: applied > 0, detail: `${applied} applied server-side${rest}${anew}` }
    },
  }
}

/** Whether objects may be stored in a version that goes, and can be in one that stays; else the API server says why not. */
function isStoredOtherwise(there: KubernetesObject, wanted: KubernetesObject): boolean {
  return lostVersions(there, wanted).length > 0 && canStoreAnew(there, wanted)
}

async function crdsOf(
  chart: ChartSpec,
  { bundle, helm, host, wired, talk }: Installation,
): Promise<KubernetesObject[]> {
  const { files } = host
  const crds = await definitionsOf(chart, { bundle, wired, helm, files, signal: talk.signal })
  return crds.map(crd => {
    const labels = { ...textsIn(crd.metadata.labels), ...managed, 'dev.sealift/release': chart.release }
    return { ...crd, metadata: { ...crd.metadata, labels } }
  })
}
