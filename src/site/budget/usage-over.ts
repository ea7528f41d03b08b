import type { ContainerUsage, SiteHost } from '../../kernel/ports/index.ts'

const interval = 5000

/** What each container used at most over a window of seconds. @throws SealiftError CLUSTER_*, INTERRUPTED */
export async function usageOver(
  window: number,
  { cluster, clock }: Pick<SiteHost, 'cluster' | 'clock'>,
  signal: AbortSignal,
) {
  const end = clock.now() + window * 1000
  const samples = [await cluster.usage()]
  while (clock.now() < end) {
    await clock.sleep(Math.min(interval, end - clock.now()), signal)
    samples.push(await cluster.usage())
  }
  return highest(samples)
}

/** Each container's highest memory and CPU of all samples. */
function highest(samples: readonly (readonly ContainerUsage[])[]): ContainerUsage[] {
  const containers = Map.groupBy(
    samples.flat(),
    ({ namespace, pod, container }) => `${namespace}/${pod}/${container}`,
  )
  return [...containers.values()].map(all =>
    all.reduce((most, next) => ({
      ...next,
      memory: Math.max(most.memory, next.memory),
      cpu: Math.max(most.cpu, next.cpu),
    })),
  )
}
