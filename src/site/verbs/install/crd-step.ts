import { withRelease } from '../../../bundle/opening/index.ts'
import { managed } from '../../../kernel/access/index.ts'
import { type ChartSpec, targetOf } from '../../../kernel/inputs/index.ts'
import { fieldsOf, textsIn } from '../../../kernel/objects/index.ts'
import { isTerminating, type KubernetesObject, kinds } from '../../../kernel/ports/index.ts'
import { parseManifests } from '../../../kernel/yaml/index.ts'
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
        return isTerminating(there) || !there || (await wouldChange(cluster, there, crd, 'sealift'))
      })
      if ((await allInOrder(changes)).some(Boolean)) await begin()
      signal.throwIfAborted()
      // All at once: none needs another, and External Secrets Operator, which takes its time, waits for them.
      let done = 0
      const made = lacking.map(async crd => {
        const changed = await ensure(cluster, crd)
        say(`${++done} of ${lacking.length}`)
        return changed
      })
      const applied = (await allInOrder(made)).filter(Boolean).length
      const rest = applied < wanted.length ? `, ${wanted.length - applied} there before` : ''
      return { changed: applied > 0, detail: `${applied} applied server-side${rest}` }
    },
  }
}

async function crdsOf(
  chart: ChartSpec,
  { bundle, helm, host, wired, talk }: Installation,
): Promise<KubernetesObject[]> {
  const { release, crdValues: derived = {} } = chart
  const rendered = await withRelease(bundle, chart, { files: host.files, derived }, request =>
    helm.template(request, targetOf(wired.spec), talk.signal),
  )
  const crds = parseManifests(rendered).filter(isCrd)
  return crds.map(crd => {
    const labels = { ...textsIn(crd.metadata.labels), ...managed, 'dev.sealift/release': release }
    return { ...crd, metadata: { ...crd.metadata, labels } }
  })
}

function isCrd(document: unknown): document is KubernetesObject {
  const { kind, metadata } = fieldsOf(document)
  return kind === kinds.crd.kind && Boolean(textsIn(metadata)['name'])
}
