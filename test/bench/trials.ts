/** What is run in every round, ours and theirs. */

import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { allImages, oneImage } from './images.ts'
import { baseBin, type Installed, installAgain, installFresh } from './install.ts'
import { pushLarge } from './large.ts'
import type { Lazy } from './lazy.ts'
import type { Link } from './link.ts'
import { loadMissing } from './load.ts'
import { quoted, type Words } from './measure.ts'
import { migrate } from './migrate.ts'
import { type Outcome, outcome } from './outcome.ts'
import { byCrane, byHauler, bySkopeo, byZarf } from './peers.ts'
import type { SpecName, Stage } from './stage.ts'
import { oneOf, startOf } from './start.ts'
import { makeTenancy } from './tenancy.ts'
import { archiveOf, copyInside, dumpAndRestore, dumps, serveCopy } from './way-back.ts'

/** One thing to run, and measure. */
type Trial = (stage: Stage, lazy: Lazy) => Promise<Outcome>

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

/** Resolves a spec anew whose helm is at hand, and finds it as it was locked. */
async function lockAgain(stage: Stage, link?: Link): Promise<Outcome> {
  await stage.requests()
  const took = await outcome(await stage.measure([stage.lockAgain('near', link?.registries)]), '')
  return { ...took, requests: await stage.requests() }
}

/** Every trial, in the order of a round. */
export const trials = {
  sealift: stage => build(stage, 'full'),
  crane: stage => byCrane(stage, allImages),
  skopeo: stage => bySkopeo(stage, allImages),
  hauler: stage => byHauler(stage, allImages),
  zarf: stage => byZarf(stage, allImages),
  one: stage => build(stage, 'one'),
  oneCrane: stage => byCrane(stage, oneImage),
  oneSkopeo: stage => bySkopeo(stage, oneImage),
  oneHauler: stage => byHauler(stage, oneImage),
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
    return byCrane(stage, ['platform'], await link())
  },
  lock: stage => lockAgain(stage),
  lockFar: async (stage, { far }) => lockAgain(stage, await far()),
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
  helpStart: starting('executable', 'help'),
  helpCheckout: starting('checkout', 'help'),
} as const satisfies Record<string, Trial>

/** A trial's name. */
export type TrialName = keyof typeof trials

/** What the trials of one round gave. */
export type Round = { readonly [name in TrialName]?: Outcome }
