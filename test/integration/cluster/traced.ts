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
  for (let left = 30; left > 0; left--) {
    const cpus = [...(await fields(site)).values()].map(({ cpu }) => cpu)
    if (cpus.every(cpu => cpu < 100)) return
    await sleep(1000)
  }
  throw new Error('the platform does not come to rest')
}

/**
 * Looks by a verb that takes one sample, and holds each figure that it gives to what the named field says before or after
 * it (kubelet measures every ten seconds), and to the kernel's files now, within a tenth. Gives what the verb gave.
 */
export async function traced(site: FailingSite, look: () => Promise<FitResult>): Promise<FitResult> {
  await rests(site)
  const before = await fields(site)
  const found = await look()
  const after = await fields(site)
  expect(found.account.rows).toHaveLength(4)
  for (const { container, memory, cpu, limit, observed, peak } of found.account.rows) {
    const [then, now] = [before.get(container), after.get(container)]
    if (then === undefined || now === undefined) throw new Error(`no pod has a container ${container}`)
    expect({ memory, cpu }).toEqual({
      memory: now.requests.memory,
      cpu: parseCpu(now.requests.cpu ?? ''),
    })
    expect(limit?.memory).toBe(now.limit)
    expect([then.memory, now.memory]).toContain(observed?.memory)
    expect([then.cpu, now.cpu]).toContain(observed?.cpu)
    expect([then.peak, now.peak, observed?.memory]).toContain(peak)
    const kernel = await containerMemory(site.cluster.netns, now.id)
    expect(Math.abs((observed?.memory ?? 0) / kernel.workingSet - 1)).toBeLessThan(0.1)
    expect(Math.abs((peak ?? 0) / kernel.peak - 1)).toBeLessThan(0.1)
  }
  const [node] = await site.api.list(kinds.node)
  const { memory = '', cpu = '' } = textsIn(fieldsOf(node?.['status'])['allocatable'])
  expect(found.account.allocatable).toEqual({ memory: parseMemory(memory), cpu: parseCpu(cpu) })
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
