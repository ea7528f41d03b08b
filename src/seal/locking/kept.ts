import * as z from 'zod'
import { lockTitle } from '../../bundle/layout/index.ts'
import { bundleLock, type LockedAttachment } from '../../bundle/lock/index.ts'
import { messageOf, SealiftError } from '../../kernel/errors/index.ts'
import { parseReference } from '../../kernel/oci/index.ts'
import type { Clock, Files, Reporter } from '../../kernel/ports/index.ts'
import { checkYaml, printYaml } from '../../kernel/yaml/index.ts'
import type { Pin, PinnedImage, ResolvedChart } from '../resolve/index.ts'

/** How long a pin counts without being asked for again, in milliseconds: as if the run that made it had gone on. */
const freshFor = 60 * 60 * 1000

/** What the file may weigh, in bytes: as much as a lock. */
const keptBytes = 16 * 1024 * 1024

const { images, charts } = bundleLock.shape
const at = z.iso.datetime()
const shape = z.strictObject({
  apiVersion: z.literal('sealift.dev/v1'),
  kind: z.literal('PartialBundleLock'),
  images: z.array(
    images.element.pick({ name: true, digest: true, platforms: true, attachments: true }).extend({ at }),
  ),
  charts: z.array(charts.element.pick({ name: true, manifest: true, package: true }).extend({ at })),
})
type KeptImage = z.infer<typeof shape>['images'][number]
type KeptChart = z.infer<typeof shape>['charts'][number]

/** Where runs that came to no lock leave what they found out, beside the lock. */
const keptPath = (specDir: string): string => `${specDir}/${lockTitle}.partial`

/**
 * What runs that came to no lock have found out, each with its time. Younger than an hour it is taken without being
 * asked for, as if that run had gone on; older, like what an old lock says, it spares reading where the registry
 * announces the same digest. So a tag that moves is masked for an hour at most, and for nobody who has a lock.
 */
export class Kept {
  readonly #images: Map<string, KeptImage>
  readonly #charts: Map<string, KeptChart>
  readonly #clock: Clock
  #hasNews = false

  constructor(clock: Clock, images: readonly KeptImage[] = [], charts: readonly KeptChart[] = []) {
    this.#clock = clock
    this.#images = new Map(images.map(image => [image.name, image]))
    this.#charts = new Map(charts.map(chart => [chart.name, chart]))
  }

  /** Whether this run has added to it. */
  get hasNews(): boolean {
    return this.#hasNews
  }

  image(name: string): KeptImage | undefined {
    return this.#images.get(name)
  }

  chart(name: string): KeptChart | undefined {
    return this.#charts.get(name)
  }

  /** Images of these names that count without being asked for, for these platforms. */
  recent(names: readonly string[], platforms: readonly string[]): Map<string, Pin> {
    return new Map(
      names.flatMap(name => {
        const image = this.#images.get(name)
        if (image === undefined || !this.#isFresh(image)) return []
        // Whoever edits it does not make another image of one that is named by its digest.
        if ((parseReference(name)?.digest ?? image.digest) !== image.digest) return []
        if (!platforms.every(platform => image.platforms[platform] !== undefined)) return []
        const wanted = Object.entries(image.platforms).filter(([platform]) => platforms.includes(platform))
        return [[name, { digest: image.digest, platforms: Object.fromEntries(wanted) }] as const]
      }),
    )
  }

  /** What was found attached to the very same image for the same platforms, if that counts without being asked for. */
  recentAttachments({ name, digest, platforms }: PinnedImage): LockedAttachment[] | undefined {
    const image = this.#images.get(name)
    const same = image?.digest === digest && this.#isFresh(image) && namesOf(image) === namesOf({ platforms })
    return same ? image.attachments : undefined
  }

  addImage({ name, digest, platforms }: PinnedImage): void {
    this.#hasNews = true
    this.#images.set(name, { name, digest, platforms: { ...platforms }, at: this.#now() })
  }

  /** Also where the image was known: it stays as old as it is. */
  addAttachments({ name, digest, platforms }: PinnedImage, attachments: LockedAttachment[]): void {
    const before = this.#images.get(name)
    if (before?.digest !== digest || namesOf(before) !== namesOf({ platforms })) return
    this.#hasNews = true
    this.#images.set(name, { ...before, attachments })
  }

  /** A chart out of a registry; others are at hand anyway. */
  addChart({ spec: { name, path }, manifest, package: bytes, packageDigest }: ResolvedChart): void {
    if (path !== undefined) return
    this.#hasNews = true
    const packed = { digest: packageDigest, size: bytes.length }
    this.#charts.set(name, { name, manifest, package: packed, at: this.#now() })
  }

  print(): string {
    const all = { images: [...this.#images.values()], charts: [...this.#charts.values()] }
    return printYaml({ apiVersion: 'sealift.dev/v1', kind: 'PartialBundleLock', ...all })
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString()
  }

  #isFresh({ at }: { readonly at: string }): boolean {
    const age = this.#clock.now() - Date.parse(at)
    // A clock that was set back makes nothing last longer.
    return age >= 0 && age < freshFor
  }
}

const namesOf = ({ platforms }: Pick<Pin, 'platforms'>): string => Object.keys(platforms).sort().join()

/** Reads what was kept; what cannot be read, or is a link, pipe or folder, counts as nothing: it is only a help. */
export async function readKept(specDir: string, files: Files, clock: Clock): Promise<Kept> {
  const text = await files.readBeside(keptPath(specDir), keptBytes).catch((error: unknown) => {
    if (error instanceof SealiftError) return undefined
    throw error
  })
  if (text === undefined) return new Kept(clock)
  const { value } = checkYaml(text, shape)
  return new Kept(clock, value?.images, value?.charts)
}

/**
 * The error that a run ended with, which says what is kept of it, after that was written. Nothing is written where
 * nothing was found out; where it cannot be, that is a warning, and the error stays what it was.
 */
export async function keeping(
  error: unknown,
  kept: Kept,
  specDir: string,
  files: Files,
  reporter: Reporter,
): Promise<unknown> {
  if (!kept.hasNews) return error
  const path = keptPath(specDir)
  try {
    await files.write(path, kept.print())
  } catch (failure) {
    reporter.warn(`what could be locked is lost: ${messageOf(failure)}`)
    return error
  }
  if (!(error instanceof SealiftError)) return error
  const hint = `What could be locked is kept in ${path}: within an hour, the next run asks only for the rest.`
  return error.with({ hints: [hint] })
}

/** Takes away what was kept, now that there is a lock; that it cannot be is no fault of the lock. */
export async function forgetKept(specDir: string, files: Files, reporter: Reporter): Promise<void> {
  try {
    await files.remove(keptPath(specDir))
  } catch (failure) {
    reporter.warn(`what earlier runs have kept stays: ${messageOf(failure)}`)
  }
}
