import { type BudgetReport, printCpu } from '../../bundle/declared/index.ts'
import { count, printable, printMemory, SealiftError } from '../../kernel/errors/index.ts'
import type { SiteFacts } from '../../kernel/facts/index.ts'
import { type BundleSpec, siteApis } from '../../kernel/inputs/index.ts'
import type { Clock, Reporter } from '../../kernel/ports/index.ts'

/** Days after which a site may well be another one. */
const oldAfter = 30
const day = 24 * 60 * 60 * 1000

const carried: readonly string[] = ['linux/amd64', 'linux/arm64'] satisfies BundleSpec['platforms']
const isCarried = (platform: string): platform is BundleSpec['platforms'][number] =>
  carried.includes(platform)

/**
 * A spec for the site that facts are of: its version of Kubernetes, and the platforms of its nodes. What the spec says
 * otherwise is told. @throws SealiftError FACTS_INVALID for facts of a site that the bundle is not for, or whose nodes are
 * none that a bundle can be for
 */
export function specFor(
  spec: BundleSpec,
  { site, kubernetes, nodes, madeAt }: SiteFacts,
  clock: Clock,
  reporter: Reporter,
): BundleSpec {
  const { sites } = spec.metadata
  if (sites !== undefined && !sites.includes(site))
    throw new SealiftError(
      'FACTS_INVALID',
      `the facts are of ${site}, and the bundle is for ${sites.join(', ')}`,
      {
        hints: ['Take the facts of a site that metadata.sites names, or name this one there.'],
      },
    )
  const others = nodes.filter(({ platform }) => !isCarried(platform))
  for (const { name, platform } of others)
    reporter.warn(
      `node ${printable(name)} is ${printable(platform)}, which no bundle is for: nothing of it runs there`,
    )
  const platforms = [...new Set(nodes.map(({ platform }) => platform).filter(isCarried))].sort()
  if (platforms.length === 0)
    throw new SealiftError('FACTS_INVALID', `no node of ${site} is ${carried.join(' or ')}`)
  const age = Math.floor((clock.now() - Date.parse(madeAt)) / day)
  if (age > oldAfter)
    reporter.warn(`the facts of ${site} are ${age} days old: the site may be another one by now`)
  for (const { name } of nodes.filter(({ ready }) => !ready))
    reporter.warn(`node ${printable(name)} of ${site} took no pods when the facts were found`)
  const [, version = spec.kubernetes] = /^v?(\d+\.\d+\.\d+)/.exec(kubernetes.version) ?? []
  tellOtherwise(spec, { site, version, platforms }, reporter)
  tellApis(spec, kubernetes.apis, reporter)
  return { ...spec, kubernetes: version, platforms }
}

function tellOtherwise(
  spec: BundleSpec,
  {
    site,
    version,
    platforms,
  }: { readonly site: string; readonly version: string; readonly platforms: readonly string[] },
  reporter: Reporter,
): void {
  if (version !== spec.kubernetes)
    reporter.note(
      `rendered for Kubernetes ${version}, which ${site} has; bundle.yaml says ${spec.kubernetes}`,
    )
  const written = [...spec.platforms].sort().join(', ')
  if (written !== platforms.join(', '))
    reporter.note(`for ${platforms.join(', ')}, which the nodes of ${site} are; bundle.yaml says ${written}`)
}

/** What the spec says of APIs, and the site itself otherwise. */
function tellApis({ apiVersions }: BundleSpec, apis: readonly string[], reporter: Reporter): void {
  const known = new Set(apis)
  const { lacks } = siteApis(apiVersions)
  for (const api of lacks)
    if (known.has(api))
      reporter.warn(`the site has ${api}, and bundle.yaml says that it has not: rendered with it`)
  for (const api of apiVersions.filter(entry => !entry.startsWith('not ')))
    if (!known.has(api))
      reporter.note(`bundle.yaml says that the site has ${api}, which it had not yet: rendered with it`)
}

/**
 * Holds what pods request to what the nodes of a site let them request: never more in all, nor more in one container than
 * any node has. What else runs there is not counted. `warn` lets more pass.
 * @throws SealiftError BUDGET_EXCEEDED
 */
export function holdToNodes(
  { declared, surge, containers }: BudgetReport,
  { site, nodes }: SiteFacts,
  mode: 'hold' | 'warn',
  reporter: Reporter,
): void {
  const ready = nodes.filter(node => node.ready)
  const faults = (['memory', 'cpu'] as const).flatMap(resource => {
    const shown = (amount: number) => (resource === 'memory' ? printMemory(amount) : printCpu(amount))
    const all = ready.reduce((sum, { allocatable }) => sum + allocatable[resource], 0)
    const largest = ready.reduce((most, { allocatable }) => Math.max(most, allocatable[resource]), 0)
    const words = resource === 'memory' ? 'memory' : 'CPU'
    const tooLarge = containers
      .filter(({ replicas, [resource]: asked }) => replicas > 0 && asked / replicas > largest)
      .map(({ chart, object, container }) => `${chart} ${object} ${container}`)
    if (declared[resource] <= all && declared[resource] + surge[resource] > all)
      reporter.warn(
        `while pods are rolled out they request ${shown(declared[resource] + surge[resource])} of ${words}, and the nodes of ${site} have ${shown(all)}`,
      )
    return [
      ...(declared[resource] > all
        ? [
            `all pods request ${shown(declared[resource])} of ${words}, and ${count(ready.length, 'node')} of ${site} have ${shown(all)}`,
          ]
        : []),
      ...tooLarge.map(
        name => `${name} requests more ${words} than any node of ${site} has (${shown(largest)})`,
      ),
    ]
  })
  if (faults.length === 0) return
  const fault = new SealiftError('BUDGET_EXCEEDED', `the pods do not fit on the nodes of ${site}`, {
    faults,
    hints: ['lower the requests in the values files, or give the site larger nodes and find its facts anew'],
  })
  if (mode === 'hold') throw fault
  for (const line of faults) reporter.warn(line)
}
