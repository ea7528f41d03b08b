/** A site in memory, and what a preflight asks of it beside. */
import { readSite } from '../../../../../src/kernel/inputs/site-file.ts'
import { type KubernetesObject, kinds, type Talk } from '../../../../../src/kernel/ports/index.ts'
import type { PreflightResult } from '../../../../../src/site/preflight/index.ts'
import { preflight } from '../../../../../src/site/verbs/preflight/index.ts'
import { type MemoryLooks, memoryLooks, memoryNames } from '../../../../support/memory-looks.ts'
import { outputs } from '../../../../support/outputs.ts'
import { recordedTalk } from '../../../../support/recorded-talk.ts'
import type { Version } from '../memory-site.ts'
import { type MemoryWorld, memoryWorld } from '../memory-world.ts'

/** A world with looks. */
export interface PreflightWorld extends MemoryWorld {
  readonly looks: MemoryLooks
  names: Record<string, readonly string[]>
  /** Text that is added to the site file. */
  more: string
}

/** A site with one node, on which an install goes through. */
export async function preflightWorld(): Promise<PreflightWorld> {
  const world = await memoryWorld()
  const { cluster } = world
  cluster.behaviour.version = 'v1.36.3+k3s1'
  await cluster.apply({ ...kinds.serviceAccount, metadata: { name: 'default', namespace: 'default' } })
  await cluster.apply(node('n1'))
  const looks = memoryLooks()
  const now = Date.now()
  looks.shown = { time: { server: now, here: now } }
  looks.pages = { 'n1/stats/summary': summary(50), 'n1/configz': { kubeletconfig: {} } }
  return { ...world, looks, names: {}, more: '' }
}

/** A page of kubelet's summary: of 100 GB so many are free. */
export function summary(gigabytes: number): Readonly<Record<string, unknown>> {
  const fs = { availableBytes: gigabytes * 1e9, capacityBytes: 100e9 }
  return { node: { fs, runtime: { imageFs: fs } } }
}

/** A node that is up. */
export function node(name: string, architecture = 'amd64'): KubernetesObject {
  const containerRuntimeVersion = 'containerd://2.3.2-k3s2'
  const nodeInfo = {
    architecture,
    operatingSystem: 'linux',
    kubeletVersion: 'v1.36.3',
    containerRuntimeVersion,
  }
  const allocatable = { cpu: '4', memory: '8Gi', pods: '110' }
  const conditions = [{ type: 'Ready', status: 'True' }]
  return { ...kinds.node, metadata: { name }, spec: {}, status: { nodeInfo, allocatable, conditions } }
}

/** Looks at a world, with what is allowed; the result is held to its schema. */
export async function lookAt(
  world: PreflightWorld,
  given: { version?: Version; bundle?: string; journal?: string; unsigned?: boolean; talk?: Talk } = {},
): Promise<PreflightResult> {
  const { host, looks, names, more } = world
  const text = await host.files.readText('site.yaml')
  await host.files.write('looked.yaml', Buffer.from(`${text}${more}`))
  const { site } = await readSite('looked.yaml', host.files)
  const { version = '1.0.0', unsigned = true, talk = recordedTalk() } = given
  const allow = { unsigned, downgrade: false, upgrade: false, anySite: false, takeOver: false }
  const journal = given.journal ?? 'bank-prod.journal.jsonl'
  const bundle = given.bundle ?? `${version}.tar`
  const result = await preflight(
    { bundle, site, journal, allow },
    { ...host, looks, names: memoryNames(names) },
    talk,
  )
  return outputs.preflight.parse(JSON.parse(JSON.stringify(result)))
}

/** How each check ended, by its id. */
export function outcomes({ checks }: PreflightResult): Record<string, string> {
  return Object.fromEntries(checks.map(({ id, result }) => [id, result]))
}

/** One check by its id. */
export function checkOf({ checks }: PreflightResult, id: string) {
  return checks.find(check => check.id === id)
}
