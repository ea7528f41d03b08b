import { count } from '../../../kernel/errors/index.ts'
import { type Found, fault, notLookedAt, ok, warning } from '../../preflight/index.ts'
import type { Grounds } from './grounds.ts'
import type { Check } from './looking.ts'

const untold =
  'only a pod on each node could tell, and a preflight makes none: install asks before it changes anything'

/**
 * What is asked of the way by which images would come to the nodes. Through the cluster it would take pods, which a
 * preflight does not make: then kubelets' word for the disks must do.
 */
export function loadChecks({ host, opened, way }: Grounds): Check[] {
  const group = 'nodes'
  return [
    {
      ...{ id: 'load/way', group, title: 'How images come to the nodes' },
      async look() {
        const chosen = await way.own()
        if (chosen.name === 'cluster') return nodesToReach()
        const places = await chosen.lacks(await opened.need())
        const missing = places.reduce((sum, { images }) => sum + images.length, 0)
        return ok(`by ${chosen.name}: ${count(missing, 'image')} to bring`)
      },
    },
    {
      ...{ id: 'load/room', group, title: 'Room for the images there' },
      async look() {
        const [bundle, chosen] = await Promise.all([opened.need(), way.need()])
        if (chosen.name === 'cluster')
          return notLookedAt(untold, 'see node/disk, which has it as kubelets tell')
        const { detail, doubt } = await chosen.room(bundle)
        return doubt === undefined ? ok(detail) : warning(doubt, 'free some space there: crictl rmi --prune')
      },
    },
    {
      ...{ id: 'load/base', group, title: 'What a delta builds on' },
      async look() {
        const bundle = await opened.need()
        if (bundle.absent.length === 0) return ok('the bundle is whole by itself')
        const chosen = await way.need()
        return chosen.name === 'cluster' ? notLookedAt(untold) : ok(await chosen.base(bundle))
      },
    },
  ]

  async function nodesToReach(): Promise<Found> {
    // Nothing is started on a node before it is asked.
    const { nodes, close } = await host.nodes()
    await close()
    if (nodes.length === 0)
      return fault('no node may run pods', 'is every node cordoned? kubectl get nodes; kubectl uncordon NODE')
    const names = nodes.map(({ name }) => name).join(', ')
    return ok(`by cluster: a short-lived pod on ${count(nodes.length, 'node')}: ${names}`)
  }
}
