/** What is run in every round, ours and theirs. */

import { existsSync } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { goTool } from '../support/tools/build.ts'
import { allImages, type BenchImage } from './images.ts'
import { baseBin, type Installed, installAgain, installFresh } from './install.ts'
import { pushLarge } from './large.ts'
import type { Lazy } from './lazy.ts'
import type { Link } from './link.ts'
import { loadMissing } from './load.ts'
import { type Measured, quoted, type Words } from './measure.ts'
import { migrate } from './migrate.ts'
import type { SpecName, Stage } from './stage.ts'
import { oneOf, startOf } from './start.ts'
import { makeTenancy } from './tenancy.ts'
import { archiveOf, copyInside, dumpAndRestore, dumps, serveCopy } from './way-back.ts'

/** What one trial gave; sizes in bytes, other numbers as named. */
export interface Outcome extends Omit<Measured, 'stdout'> {
  /** Bytes of the file that was made or read. */
  readonly size: number
  /** Seconds with the file on disk, where the program does not see to that itself. */
  readonly synced?: number
  /** Blobs asked of the registry, and the bytes it sent for them. */
  readonly blobs?: { readonly requests: number; readonly bytes: number }
  /** Seconds of an install beyond what must wait for one another. */
  readonly beyond?: number
  /** Bytes read of the bundle file, and bytes of the blobs of the images loaded. */
  readonly read?: { readonly bytes: number; readonly wanted: number }
}

/** One thing to run, and measure. */
type Trial = (stage: Stage, lazy: Lazy) => Promise<Outcome>

async function outcome(measured: Measured, file: string): Promise<Outcome> {
  const { stdout: _, ...rest } = measured
  return { ...rest, size: existsSync(file) ? (await stat(file)).size : 0 }
}

async function installed({ beyond, ...took }: Installed): Promise<Outcome> {
  return { ...(await outcome(took, '')), beyond }
}

async function build(stage: Stage, spec: SpecName, link?: Link): Promise<Outcome> {
  const file = stage.bundle(spec)
  await rm(file, { force: true })
  await stage.blobsSent()
  const words = [...(link?.inside ?? []), ...stage.build(spec, link?.registries)]
  const took = await outcome(await stage.measure([words]), file)
  return { ...took, blobs: await stage.blobsSent() }
}

/** Runs a peer's commands, that make `FOLDER.tar` by way of `FOLDER`, from nothing; then syncs. */
async function peer(
  stage: Stage,
  name: string,
  commands: (folder: string) => Promise<readonly Words[]>,
): Promise<Outcome> {
  const folder = join(stage.dir, name)
  const file = `${folder}.tar`
  const clear = async () => {
    for (const path of [folder, file]) await rm(path, { recursive: true, force: true })
  }
  await clear()
  await mkdir(folder)
  // One script, so that what is written is counted together.
  const took = await outcome(
    await stage.measure([...(await commands(folder)), ['tar', 'cf', file, '-C', folder, '.']]),
    file,
  )
  const { seconds } = await stage.sync(file)
  await clear()
  return { ...took, synced: took.seconds + seconds }
}

/** crane's commands; from a place other than loopback it wants to be told of plain HTTP. */
async function crane(stage: Stage, folder: string, images: readonly BenchImage[], link?: Link) {
  const names = images.map(name => `${link?.host ?? stage.host}/bench/${name}:1`)
  return [
    ...(link?.inside ?? []),
    await goTool('crane'),
    'pull',
    '--insecure',
    '--format',
    'oci',
    ...names,
    folder,
  ]
}

async function limit(stage: Stage, hash: Words): Promise<Outcome> {
  const file = join(stage.dir, 'limit')
  await rm(file, { force: true })
  const copy = `cat ${stage.blobFiles.map(quoted).join(' ')} >${quoted(file)}`
  const took = await outcome(await stage.measure([copy, [...hash, file]]), file)
  const { seconds } = await stage.sync(file)
  await rm(file)
  return { ...took, synced: took.seconds + seconds }
}

const sha256sum: Words = ['sha256sum']
const openssl: Words = ['openssl', 'dgst', '-sha256']

async function ofBundle(stage: Stage, words: (file: string) => Words): Promise<Outcome> {
  const file = stage.bundle('full')
  if (!existsSync(file)) await build(stage, 'full')
  await stage.blobsSent()
  const took = await outcome(await stage.measure([words(file)]), file)
  return { ...took, blobs: await stage.blobsSent() }
}

const starting =
  (...what: [as: Parameters<typeof startOf>[2], verb: Parameters<typeof startOf>[3]]): Trial =>
  async (stage, lazy) =>
    outcome(await startOf(stage, await lazy.start(), ...what), '')

const archiving =
  (size: number, how: 'write' | 'rehearse'): Trial =>
  async (stage, { archive }) =>
    outcome(await archiveOf(stage, await archive(), { size, how }), '')

/** Every trial, in the order of a round. */
export const trials = {
  sealift: stage => build(stage, 'full'),
  crane: stage => peer(stage, 'crane', async folder => [await crane(stage, folder, allImages)]),
  skopeo: stage =>
    peer(stage, 'skopeo', async folder =>
      allImages.map(name => [
        ...['skopeo', 'copy', '--quiet', '--insecure-policy', '--src-tls-verify=false'],
        ...[`docker://${stage.host}/bench/${name}:1`, `oci:${folder}:${name}`],
      ]),
    ),
  limit: stage => limit(stage, openssl),
  limitSha256sum: stage => limit(stage, sha256sum),
  rebuild: stage => ofBundle(stage, () => stage.build('full')),
  verify: stage => ofBundle(stage, file => [process.execPath, stage.bin, 'verify', file, '--quiet']),
  sha256sum: stage => ofBundle(stage, file => [...sha256sum, file]),
  openssl: stage => ofBundle(stage, file => [...openssl, file]),
  small: stage => build(stage, 'small'),
  large: async stage => {
    if (!existsSync(join(stage.dir, 'large'))) {
      await pushLarge(stage.host, stage.storage)
      await stage.lock('large', ['large'])
    }
    const took = await build(stage, 'large')
    await rm(stage.bundle('large'))
    return took
  },
  link: async (stage, { link }) => build(stage, 'platform', await link()),
  linkCrane: async (stage, { link }) => {
    const way = await link()
    return peer(stage, 'link', async folder => [await crane(stage, folder, ['platform'], way)])
  },
  load: async (stage, { containerd }) => {
    const { read, ...took } = await loadMissing(stage, await containerd())
    return { ...(await outcome(took, stage.bundle('full'))), read }
  },
  install: async (stage, { install }) => installed(await installFresh(stage, await install(), stage.bin)),
  installAgain: async (stage, { install }) =>
    installed(await installAgain(stage, await install(), stage.bin)),
  installBase: async (stage, { install }) =>
    installed(await installFresh(stage, await install(), baseBin ?? '')),
  tenancy: async (stage, { tenancy }) => outcome(await makeTenancy(stage, await tenancy(), 4), ''),
  tenancyOne: async (stage, { tenancy }) => outcome(await makeTenancy(stage, await tenancy(), 1), ''),
  migrate: async (stage, lazy) => outcome(await migrate(stage, await lazy.migrate(), 'batches'), ''),
  migrateEach: async (stage, lazy) => outcome(await migrate(stage, await lazy.migrate(), 'each'), ''),
  copyInside: async (stage, { wayBack }) => outcome(await copyInside(stage, await wayBack()), ''),
  serveCopy: async (stage, { wayBack }) => outcome(await serveCopy(stage, await wayBack()), ''),
  dumpAndRestore: async (stage, { wayBack }) => outcome(await dumpAndRestore(stage, await wayBack()), ''),
  backup: archiving(dumps.small, 'write'),
  backupLarge: archiving(dumps.large, 'write'),
  rehearsal: archiving(dumps.small, 'rehearse'),
  rehearsalLarge: archiving(dumps.large, 'rehearse'),
  version: async stage => outcome(await stage.measure([[process.execPath, stage.bin, '--version']]), ''),
  node: async stage => outcome(await stage.measure([[process.execPath, '-e', '0']]), ''),
  nodeStart: async stage => outcome(await oneOf(stage, [process.execPath, '-e', '0']), ''),
  versionStart: starting('executable', 'version'),
  versionCheckout: starting('checkout', 'version'),
  inspectStart: starting('executable', 'inspect'),
  inspectCheckout: starting('checkout', 'inspect'),
  statusStart: starting('executable', 'status'),
  statusCheckout: starting('checkout', 'status'),
} as const satisfies Record<string, Trial>

/** A trial's name. */
export type TrialName = keyof typeof trials

/** What the trials of one round gave. */
export type Round = { readonly [name in TrialName]?: Outcome }
