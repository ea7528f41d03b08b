import type { ChartSpec } from '../../../kernel/inputs/index.ts'
import { watchLease } from '../../../kernel/lease/index.ts'
import { isTerminating, kinds } from '../../../kernel/ports/index.ts'
import { requireForward, requireOwnSite } from '../../gate/index.ts'
import {
  completedBundle,
  installedBundle,
  isOlder,
  refuseForeign,
  refuseForeignRecords,
} from '../../install/index.ts'
import {
  type Found,
  judgeCrds,
  judgeObjects,
  judgeOperators,
  ok,
  together,
  warning,
} from '../../preflight/index.ts'
import { refuseForeignRecord } from '../../release/index.ts'
import { namespacesOf } from '../../wire/index.ts'
import type { Grounds } from './grounds.ts'
import { type Check, each } from './looking.ts'
import { spoiltReceipt } from './receipt.ts'
import { liveObjects } from './rendered.ts'

const esoGroup = 'external-secrets.io'

/** What is asked of what is on the cluster already: whose it is, and whether it stands in the way. */
export function presentChecks(grounds: Grounds): Check[] {
  const { request, host, signal, cluster, opened, wired } = grounds
  const { site, allow } = request
  const group = 'present'
  /** The namespaces of the bundle, once the cluster answers. */
  const namespaces = async () => {
    const [found] = await Promise.all([wired.need(), cluster.need()])
    return namespacesOf(found)
  }
  return [
    {
      ...{ id: 'present/site', group, title: 'The cluster is the site of this file' },
      async look() {
        const [found] = await Promise.all([wired.need(), cluster.need()])
        await requireOwnSite({ site, wired: found, takeOver: allow.takeOver }, host.cluster)
        return ok(`it is ${site.metadata.name}, or nobody's yet`)
      },
    },
    {
      ...{ id: 'present/bundle', group, title: 'The bundle takes the site forward' },
      async look() {
        const [bundle] = await Promise.all([opened.need(), cluster.need()])
        await requireForward({ bundle, downgrade: allow.downgrade, upgrade: true }, host.cluster)
        const here = await installedBundle(host.cluster)
        const spoilt = await spoiltReceipt(host.cluster)
        if (here === undefined) return ok(spoilt?.message ?? 'nothing is installed here')
        const older = isOlder(await completedBundle(host.cluster), bundle.lock.metadata)
        const how = older ? ': sealift upgrade takes it further, an install does not' : ''
        return ok(`${here.name} ${here.version} is here${how}`)
      },
    },
    {
      ...{ id: 'present/records', group, title: 'Sealift’s own namespace is Sealift’s' },
      async look() {
        await cluster.need()
        await refuseForeignRecords(host.cluster)
        return ok('namespace sealift-system is Sealift’s, or not there')
      },
    },
    {
      ...{ id: 'present/installations', group, title: 'Nobody else’s work is in the namespaces' },
      async look() {
        const names = await namespaces()
        await refuseForeign(host.cluster, names)
        return ok(`${names.join(', ')}: ours, empty, or not there`)
      },
    },
    {
      ...{ id: 'present/namespaces', group, title: 'No namespace is being deleted' },
      async look() {
        const names = await namespaces()
        const found = await Promise.all(names.map(name => host.cluster.get(kinds.namespace, name)))
        const going = names.filter((_, i) => isTerminating(found[i]))
        if (going.length === 0) return ok('none is being deleted')
        return warning(
          `${going.join(', ')}: an install would wait until it is gone`,
          `see what holds it: kubectl get namespace ${going[0]} -o yaml`,
        )
      },
    },
    {
      ...{ id: 'present/operator', group, title: 'No other External Secrets Operator' },
      async look() {
        const names = await namespaces()
        const label = 'app.kubernetes.io/name=external-secrets'
        return judgeOperators(await host.cluster.list(kinds.deployment, undefined, label), names)
      },
    },
    {
      ...{ id: 'present/crds', group, title: 'Definitions of External Secrets Operator' },
      async look() {
        const [{ externalSecrets }] = await Promise.all([wired.need(), cluster.need()])
        const crds = await host.cluster.list(kinds.crd)
        const suffix = `.${esoGroup}`
        return judgeCrds(
          crds.filter(({ metadata }) => metadata.name.endsWith(suffix)),
          externalSecrets,
        )
      },
    },
    {
      ...{
        id: 'present/release',
        group,
        title: 'What is there under the names of the release’s objects',
        seconds: 120,
      },
      async look() {
        const { spec } = await wired.need()
        return each(
          spec.charts,
          ({ release }) => release,
          chart => judgeRelease(chart, grounds),
        )
      },
    },
    {
      ...{ id: 'present/lease', group, title: 'Nobody else is at work' },
      async look() {
        await cluster.need()
        const lease = await watchLease(host.cluster, host.clock, signal)
        if (lease === undefined) return ok('nobody is changing this site')
        const { holder, since, alive } = lease
        if (!alive) return ok(`left by ${holder}, who had the lease since ${since}; an install takes it over`)
        const next = 'wait until that is done, and run this again'
        return warning(`${holder} is changing this site since ${since}: what is seen here may change`, next)
      },
    },
  ]
}

/** Whether what a release would make is free or its own, and what helm has on record of it is sound. */
async function judgeRelease(chart: ChartSpec, grounds: Grounds): Promise<Found> {
  const { host, helm } = grounds
  const found = await (await helm.need()).status(chart.release, chart.namespace)
  if (found !== undefined) await refuseForeignRecord(host.cluster, found.manifest, chart)
  const objects = judgeObjects(await liveObjects(chart, grounds), chart)
  const { revision, status = '' } = found ?? {}
  if (!status.startsWith('pending-') && status !== 'uninstalling') return objects
  const seen = `revision ${revision} is ${status}: a helm was ended in the middle of it, or is at work`
  return together([objects, warning(seen, 'if nobody’s helm is at work, an install mends it')], objects)
}
