/** How long Sealift takes to begin, as one executable and in a checkout, beside Node's own start. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createCluster } from '../../src/adapters/cluster/index.ts'
import { kinds } from '../../src/kernel/ports/index.ts'
import { writeReceipt } from '../../src/site/install/index.ts'
import { startApiServer } from '../support/apiserver.ts'
import { testExecutable } from '../support/executable.ts'
import { sampleBundle } from '../support/sample-bundle.ts'
import { proven } from '../unit/site/verbs/memory-site.ts'
import { smallSite } from '../unit/site/wire/sites.ts'
import type { Measured, Words } from './measure.ts'
import type { Stage } from './stage.ts'

/** What the verbs are given. */
export interface Started {
  readonly executable: string
  readonly bundle: string
  readonly siteFile: string
}

/** Makes the executable, a small bundle, and a real API server with a receipt on it. */
export async function startBench(stage: Stage, closing: (() => Promise<unknown>)[]): Promise<Started> {
  const { file, lock } = sampleBundle()
  const [bundle, siteFile] = [join(stage.dir, 'start.tar'), join(stage.dir, 'start-site.yaml')]
  await writeFile(bundle, file)
  const { kubeconfig, stop } = await startApiServer()
  closing.push(stop)
  const cluster = createCluster({ kubeconfig, environment: {} })
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'sealift-system' } })
  await writeReceipt(cluster, { ...proven, lock })
  await writeFile(siteFile, `${smallSite}cluster: { kubeconfig: ${kubeconfig} }\n`)
  return { executable: await testExecutable(), bundle, siteFile }
}

const runs = 10

/** One start, as the mean of several: a single one is a few ticks of the processor's account. */
export async function oneOf(stage: Stage, words: Words): Promise<Measured> {
  const { seconds, cpu, ...took } = await stage.measure(Array.from({ length: runs }, () => words))
  return { ...took, seconds: seconds / runs, cpu: cpu / runs }
}

/** The same of a verb, as one executable or in a checkout. */
export async function startOf(
  stage: Stage,
  { executable, bundle, siteFile }: Started,
  as: 'executable' | 'checkout',
  verb: 'version' | 'inspect' | 'status' | 'help',
): Promise<Measured> {
  const words = {
    version: ['--version'],
    help: ['--help'],
    inspect: ['inspect', bundle],
    status: ['status', '-c', siteFile],
  }
  const program = as === 'executable' ? [executable] : [process.execPath, stage.bin]
  return await oneOf(stage, [...program, ...words[verb]])
}
