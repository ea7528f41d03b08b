/**
 * A cluster's own cgroup in every hierarchy (v1 or v2). Its pods live below it (kubelet's --cgroup-root) and its
 * components in its `runtime` leaf, whose children, the containerd shims too, can be told by it and by nothing else.
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const root = '/sys/fs/cgroup'
const isV2 = existsSync(join(root, 'cgroup.controllers'))

async function hierarchies(): Promise<string[]> {
  if (isV2) return [root]
  const folders = (await readdir(root, { withFileTypes: true })).filter(entry => entry.isDirectory())
  return folders.map(entry => join(root, entry.name)).filter(path => existsSync(join(path, 'cgroup.procs')))
}

/** The `cgroup.procs` file that a component's pid must be written to before it starts. */
export function runtimeProcs(name: string): string {
  return join(root, isV2 ? '' : 'pids', name, 'runtime', 'cgroup.procs')
}

/** Makes the cluster's cgroup in every hierarchy, and the leaf for its components. */
export async function makeCgroup(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    await mkdir(join(hierarchy, name), { recursive: true })
    // v1: a cpuset without processors or memory takes no process; it starts empty, so copy the parent's.
    for (const setting of ['cpuset.cpus', 'cpuset.mems']) {
      const from = await readFile(join(hierarchy, setting), 'utf8').catch(() => undefined)
      if (from !== undefined && !isV2) await writeFile(join(hierarchy, name, setting), from)
    }
    for (const controller of isV2 ? ['cpu', 'cpuset', 'memory', 'pids', 'io', 'hugetlb'] : []) {
      await writeFile(join(root, 'cgroup.subtree_control'), `+${controller}`).catch(() => {})
      await writeFile(join(root, name, 'cgroup.subtree_control'), `+${controller}`).catch(() => {})
    }
  }
  await mkdir(join(runtimeProcs(name), '..'), { recursive: true })
}

/** The ids of all processes in the cluster's cgroup or below it. */
export async function cgroupPids(name: string): Promise<number[]> {
  const pids = new Set<number>()
  for (const hierarchy of await hierarchies()) {
    for (const folder of await below(join(hierarchy, name))) {
      const text = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '')
      for (const line of text.split('\n')) if (Number(line) > 0) pids.add(Number(line))
    }
  }
  return [...pids]
}

/** Removes the cluster's cgroup, which must hold no process any more, from every hierarchy. */
export async function removeCgroup(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    for (const folder of (await below(join(hierarchy, name))).reverse()) await rmdir(folder).catch(() => {})
  }
}

/**
 * What the kernel says of the memory of a container of the cluster, in bytes, out of the files that the budget's table names:
 * its working set as kubelet reckons it, and the most that it has ever held. @throws Error when it has no cgroup here
 */
export async function containerMemory(
  name: string,
  container: string,
): Promise<{ workingSet: number; peak: number }> {
  const folders = await below(join(root, isV2 ? '' : 'memory', name))
  const folder = folders.find(path => path.includes(container))
  if (folder === undefined) throw new Error(`container ${container} has no cgroup below ${name}`)
  const file = async (v2: string, v1: string) => await readFile(join(folder, isV2 ? v2 : v1), 'utf8')
  const inactive = isV2 ? /^inactive_file (\d+)$/m : /^total_inactive_file (\d+)$/m
  const [, unused = '0'] = inactive.exec(await file('memory.stat', 'memory.stat')) ?? []
  const current = Number(await file('memory.current', 'memory.usage_in_bytes'))
  const peak = Number(await file('memory.peak', 'memory.max_usage_in_bytes'))
  return { workingSet: current - Number(unused), peak }
}

/** The folder and all folders below it, parents first. */
async function below(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined)
  if (!entries) return []
  const children = entries.filter(entry => entry.isDirectory()).map(entry => below(join(folder, entry.name)))
  return [folder, ...(await Promise.all(children)).flat()]
}
