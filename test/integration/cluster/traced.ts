/** The figures of a budget's table on a disconnected cluster, held to the fields and the files of cgroups that it names. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { parseCpu, parseMemory } from '../../../src/bundle/declared/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../../src/kernel/objects/index.ts'
import { kinds } from '../../../src/kernel/ports/index.ts'
import type { FitResult } from '../../../src/site/verbs/budget-fit.ts'
import { containerMemory } from '../../support/cluster/cgroup.ts'
import type { FailingSite } from './failing-site.ts'

/** What the fields say of each container of the platform, by its name. */
async function fields(site: FailingSite) {
  const page = (path: string) => site.kubectl(`get --raw /api/v1/nodes/${site.cluster.name}/proxy/${path}`)
  const namespaces = ['infisical', 'external-secrets']
  const [summary, metrics, ...lists] = await Promise.all([
    ...[page('stats/summary'), page('metrics/cadvisor')],
    ...namespaces.map(namespace => site.api.list(kinds.pod, namespace)),
  ] as const)
  const measured = mappingsOf(JSON.parse(summary)['pods'])
  const running = lists.flat().filter(({ metadata }) => metadata['deletionTimestamp'] === undefined)
  const found = running.flatMap(({ metadata: { name: pod }, spec, status }) =>
    mappingsOf(fieldsOf(spec)['containers']).map(({ name, resources }) => {
      const of = measured.find(({ podRef }) => textsIn(podRef)['name'] === pod)
      const { memory, cpu } = mappingsOf(of?.['containers']).find(one => one['name'] === name) ?? {}
      const state = mappingsOf(fieldsOf(status)['containerStatuses']).find(one => one['name'] === name)
      const mark = new RegExp(
        `^container_memory_max_usage_bytes\\{container="${name}",.*pod="${pod}"\\} (\\S+)`,
        'm',
      )
      const { requests, limits } = fieldsOf(resources)
      return {
        ...{ name: String(name), id: String(state?.['containerID']).replace('containerd://', '') },
        requests: { memory: parseMemory(textsIn(requests)['memory'] ?? ''), cpu: textsIn(requests)['cpu'] },
        limit: parseMemory(textsIn(limits)['memory'] ?? ''),
        memory: Number(fieldsOf(memory)['workingSetBytes']),
        cpu: Number(fieldsOf(cpu)['usageNanoCores']) / 1e6,
        peak: Number(mark.exec(metrics)?.[1]),
      }
    }),
  )
  return new Map(found.map(one => [one.name, one]))
}

/** Waits until no container is at work: what kubelet says of a boot's processor time is that of its last ten seconds. */
async function rests(site: FailingSite): Promise<void> {
  for (let left = 120; left > 0; left--) {
    const cpus = [...(await fields(site)).values()].map(({ cpu }) => cpu)
    if (cpus.every(cpu => cpu < 100)) return
    await sleep(1000)
  }
  throw new Error('the platform does not come to rest')
}

/** Fields of kubelet that are more than a tenth apart from the kernel's files. */
async function strayed(site: FailingSite): Promise<string[]> {
  const apart = [...(await fields(site)).values()].map(async ({ name, id, memory, peak }) => {
    const kernel = await containerMemory(site.cluster.netns, id)
    const far = Math.max(Math.abs(memory / kernel.workingSet - 1), Math.abs(peak / kernel.peak - 1)) > 0.1
    return far ? [`${name}: ${JSON.stringify({ memory, peak, kernel })}`] : []
  })
  return (await Promise.all(apart)).flat()
}

/** What the work gives, and what the fields said before it, each second of it, and after it. */
async function watched<T>(site: FailingSite, work: () => Promise<T>) {
  const seen = [await fields(site)]
  let ended = false
  const watching = (async () => {
    while (!ended) {
      await sleep(1000)
      seen.push(await fields(site))
    }
  })()
  watching.catch(() => {}) // Thrown where it is awaited.
  const given = await work().finally(() => {
    ended = true
  })
  await watching
  return { given, seen: [...seen, await fields(site)] }
}

/**
 * Looks by a verb that takes one sample, and holds each figure that it gives to what the named field said meanwhile; and the fields to the kernel's files, once these have not moved for the ten seconds after which kubelet looks again.
 */
export async function traced(site: FailingSite, look: () => Promise<FitResult>): Promise<FitResult> {
  await rests(site)
  const { given: found, seen } = await watched(site, look)
  expect(found.account.rows).toHaveLength(4)
  for (const { container, memory, cpu, limit, observed, peak } of found.account.rows) {
    const all = seen.flatMap(one => one.get(container) ?? [])
    const now = all.at(-1)
    if (now === undefined) throw new Error(`no pod has a container ${container}`)
    expect({ memory, cpu }).toEqual({ memory: now.requests.memory, cpu: parseCpu(now.requests.cpu ?? '') })
    expect(limit?.memory).toBe(now.limit)
    expect(all.map(one => one.memory)).toContain(observed?.memory)
    expect(all.map(one => one.cpu)).toContain(observed?.cpu)
    expect([...all.map(one => one.peak), observed?.memory]).toContain(peak)
  }
  const [node] = await site.api.list(kinds.node)
  const { memory = '', cpu = '' } = textsIn(fieldsOf(node?.['status'])['allocatable'])
  expect(found.account.allocatable).toEqual({ memory: parseMemory(memory), cpu: parseCpu(cpu) })
  await expect.poll(() => strayed(site), { interval: 1000, timeout: 180_000 }).toEqual([])
  return found
}

/** What a site needs at least, by one sample or over some seconds: it is taken to be at rest when it does little. */
export async function fitNow(site: FailingSite, window: number, ...flags: string[]): Promise<FitResult> {
  await rests(site)
  const words = ['budget', 'fit', '-c', site.site.siteFile, '--settled', '0', '--window', `${window}`]
  const { exitCode, json, stderr } = await site.run([...words, ...flags])
  expect(exitCode, stderr).toBe(0)
  return json as unknown as FitResult
}
