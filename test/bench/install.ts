/**
 * Installing on a disconnected cluster, fresh and again, side by side with another build: SEALIFT_BASE_BIN is that one's
 * bin.js. The image of Infisical's stand-in is filled up to the size of the real one.
 */
import { createCipheriv } from 'node:crypto'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import type { InstallResult } from '../../src/site/verbs/install/index.ts'
import { startCluster } from '../support/cluster/index.ts'
import { type Layer, storeLayer } from '../support/connected/blobs.ts'
import { push, startConnectedSide } from '../support/connected/index.ts'
import { infisicalImage, standInVersion } from '../support/connected/infisical-image.ts'
import { tarStream } from '../support/connected/tar.ts'
import { startSite, type TestSite } from '../support/road.ts'
import { prepareMachine } from '../support/setup.ts'
import type { Measured, Words } from './measure.ts'
import type { Stage } from './stage.ts'

/** A site, and the bundle for it. */
export interface InstallBench {
  readonly site: TestSite
  readonly bundle: string
}

/** What one install took. */
export interface Installed extends Measured {
  /** Seconds beyond loading the largest image and starting its pods, which wait for one another. */
  readonly beyond: number
}

/** The build that ours is compared with; without it there is nothing to compare. */
export const baseBin = process.env['SEALIFT_BASE_BIN']

/** Bytes that the filling unpacks to: with Node and the server about the 1.3 GB of the real image, and its 276 MB packed. */
const filling = Number(process.env['SEALIFT_BENCH_FILLING_MB'] ?? 1200) * 1e6
const layers = 4
const randomPart = 0.19

/** Starts the connected side and the cluster, and builds the bundle; `closing` gets what ends them again. */
export async function installBench(
  stage: Stage,
  closing: (() => Promise<unknown>)[],
  log: (line: string) => void,
): Promise<InstallBench> {
  await prepareMachine('demo', log)
  const connected = await startConnectedSide(log)
  closing.push(() => connected.stop())
  log(`filling an image up by ${filling / 1e6} MB`)
  const made: Layer[] = []
  for (let at = 0; at < layers; at++) made.push(await fillingLayer(at, filling / layers))
  const image = await infisicalImage(made)
  await push(connected.registry, 'sealift-sandbox/infisical-stand-in', standInVersion, image)
  const spec = join(stage.dir, 'sandbox')
  await cp(join(import.meta.dirname, '..', '..', 'bundles', 'sandbox'), spec, { recursive: true })
  const registries = ['--registries', connected.registriesFile]
  for (const words of [
    ['lock', spec],
    ['build', spec, '-o', stage.dir],
  ])
    await stage.measure([[process.execPath, stage.bin, ...words, ...registries, '--quiet']])
  const cluster = await startCluster({ log })
  closing.push(() => cluster.stop())
  const site = await startSite(cluster, connected.archives, log)
  return { site, bundle: join(stage.dir, 'sandbox-1.0.0.tar') }
}

/** A layer of one file of so many bytes: about a fifth of it random, the rest words, as programs are packed. */
function fillingLayer(number: number, size: number): Promise<Layer> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, number), Buffer.alloc(16))
  const block = 64 * 1024
  const random = Math.round(block * randomPart)
  const content = Buffer.alloc(size, 'the quick brown fox jumps over the lazy dog\n')
  for (let at = 0; at + random < size; at += block) content.set(cipher.update(Buffer.alloc(random)), at)
  return storeLayer(tarStream([{ path: `filling-${number}`, content }]))
}

/** Takes away all that an install has made, data and images included, and installs. */
export async function installFresh(stage: Stage, bench: InstallBench, bin: string): Promise<Installed> {
  await stage.measure([words(bench, bin, 'remove', '--purge', '--yes')])
  return installAgain(stage, bench, bin)
}

/** Installs over whatever is there. */
export async function installAgain(stage: Stage, bench: InstallBench, bin: string): Promise<Installed> {
  const took = await stage.measure([words(bench, bin, 'install', '--json')])
  const { steps } = JSON.parse(took.stdout) as InstallResult
  const waiting = steps.filter(({ id }) => /^(images|images-infisical|release-infisical)$/.test(id))
  const seconds = waiting.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000
  return { ...took, beyond: took.seconds - seconds }
}

function words({ site, bundle }: InstallBench, bin: string, verb: string, ...flags: string[]): Words {
  const inside = ['nsenter', `--net=/run/netns/${site.cluster.netns}`]
  const program = [process.execPath, bin, verb, bundle, '--site', site.siteFile]
  return [...inside, ...program, '--allow-unsigned', '--quiet', ...flags]
}
