import { type bundleFile, layerBytes, planBundle } from '../../../bundle/layout/index.ts'
import { absentLayers, type BundleLock } from '../../../bundle/lock/index.ts'
import { count } from '../../../kernel/errors/index.ts'
import type { BundleSpec } from '../../../kernel/inputs/index.ts'
import { asStep, type ConnectedHost, type Talk } from '../../../kernel/ports/index.ts'
import { fillFile, firstStreams } from '../../fetch/index.ts'
import { diskText, planDisk } from './disk-plan.ts'
import { askEarly } from './early.ts'
import type { OwnFile } from './own-files.ts'
import { gather } from './sources.ts'

/** What is built. */
export interface Making {
  readonly path: string
  /** The folder that its bundle.yaml is in. */
  readonly specDir: string
  readonly spec: BundleSpec
  readonly lock: BundleLock
  readonly own: readonly OwnFile[]
  /** What a delta builds on. */
  readonly older: LeftOut | undefined
}

/** What is left out: images whose layers are elsewhere already, and where, in a word for the file's name and in words. */
export interface LeftOut {
  readonly images: BundleLock['images']
  readonly name: Parameters<typeof bundleFile>[1]
  readonly since: string
}

/** How: the bundle's time in seconds, streams at once, bytes of a volume. */
export interface How {
  readonly epoch: number
  readonly concurrency: number
  readonly volumeSize?: number | undefined
}

/**
 * Fetches what a lock names into a bundle file: the largest layers are asked for while the manifests are, each byte goes to its
 * place. What is interrupted stays beside the file. @throws SealiftError as build does
 */
export async function make(
  { path, specDir, spec, lock, own, older }: Making,
  { epoch, concurrency, volumeSize }: How,
  host: ConnectedHost,
  talk: Talk,
) {
  const sink = await host.files.createBundle(path, volumeSize)
  const absent = new Set(older && absentLayers(older, lock).keys())
  // What an interrupted run has left may be the very bytes.
  const most = sink.notes.length > 0 ? 0 : Math.min(firstStreams, concurrency)
  const early = askEarly({ lock, absent, most, signal: talk.signal }, host.registry)
  try {
    const { contents, open } = await asStep(
      talk.reporter,
      'Gather manifests and charts',
      () => gather({ spec, lock, own, specDir, signal: talk.signal }, host),
      () => `${count(lock.images.length, 'image')}, ${count(lock.charts.length, 'chart')}`,
    )
    const planned = planBundle(contents, epoch, older && absent)
    const plan = { ...planned, ...(volumeSize ? { volumeSize } : {}) }
    const disk = planDisk(lock, plan.size, volumeSize, await host.files.free(path))
    talk.reporter.note(diskText(disk))
    const fetched = await fillFile({ path, plan, sink, open: early.through(open), concurrency }, host, talk)
    const { index, indexDigest: digest, size } = plan
    if (older === undefined) return { index, digest, size, fetched, disk }
    const left = { layers: plan.absent.length, bytes: layerBytes(plan.absent), since: older.since }
    return { index, digest, size, fetched, disk, absent: left }
  } finally {
    await early.end()
    await sink.keep()
  }
}
