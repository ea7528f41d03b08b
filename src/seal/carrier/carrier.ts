import { basename, dirname, join, parse } from 'node:path'
import * as z from 'zod'
import type { Bundle } from '../../bundle/layout/index.ts'
import type { SigningKey } from '../../bundle/sign/index.ts'
import { count, printable, SealiftError } from '../../kernel/errors/index.ts'
import { digestOf, digestShape } from '../../kernel/oci/index.ts'
import {
  asStep,
  type BundleSource,
  type Carrying,
  type Files,
  type Placing,
  type Talk,
} from '../../kernel/ports/index.ts'
import { type CarriedFile, checksumsSignature, printChecksums, sumsFile, sumsSignature } from './checksums.ts'
import type { Executable } from './executables.ts'
import { guideText } from './guide.ts'
import { pages } from './pages.ts'

/** What travels. */
export interface Cargo {
  readonly source: Pick<BundleSource, 'path' | 'size' | 'volumes'>
  readonly bundle: Pick<Bundle, 'digest' | 'lock'>
  /** What BUNDLE.sig holds, by the key. */
  readonly signature: string
  readonly key: SigningKey
  /** Path of the key, whose public half gets its name. */
  readonly keyFile: string
  readonly executables: readonly Executable[]
}

const place = z.strictObject({ name: z.string(), size: z.number(), digest: digestShape })

/** A folder that was written. */
export const carried = z.strictObject({
  folder: z.string(),
  /** The bundle's identity. */
  digest: digestShape,
  /** Fingerprint of the key that signed it, and the checksums. */
  key: digestShape,
  /** All that the checksums name, in their order; sizes in bytes. */
  files: z.array(place),
  executables: z.array(z.strictObject({ name: z.string(), platform: z.string() })),
})
export type Carried = z.infer<typeof carried>

/** What it is written with. */
interface Hands {
  readonly files: Files
  readonly carrying: Carrying
}

/** A file on its way: one that is put into the folder as it lies, or a text. */
type Parcel = { readonly name: string; readonly from: string; readonly mode?: number } | Text
type Text = { readonly name: string; readonly text: string }

/**
 * Writes the folder. Each file is whole when it has its name, and the signature of the checksums comes last: a folder
 * that is not finished does not pass. @throws SealiftError DISK_FULL, FILE_FAILED, INTERRUPTED
 */
export async function writeCarrier(folder: string, cargo: Cargo, hands: Hands, talk: Talk): Promise<Carried> {
  const { source, bundle, key } = cargo
  const executables = namedExecutables(cargo.executables)
  const parcels = parcelsOf(cargo, executables, await pagesOf(hands.carrying))
  refuseOddNames(parcels.map(({ name }) => name))
  const work = async (say: (detail: string) => void): Promise<Carried> => {
    await hands.files.remove(join(folder, sumsSignature))
    const told = talk.progressOn({ update: say })
    let done = 0
    const onRead = (bytes: number) => {
      done += bytes
      // The program is more than some bundles; its bytes are not worth a word.
      if (done <= source.size) told({ done, total: source.size })
    }
    const placed: CarriedFile[] = []
    for (const parcel of parcels)
      placed.push(await put(folder, parcel, hands, { onRead, signal: talk.signal }))
    const sums = printChecksums(placed)
    await hands.files.write(join(folder, sumsFile), sums)
    await hands.files.write(join(folder, sumsSignature), checksumsSignature(sums, key))
    const named = executables.map(({ name, platform }) => ({ name, platform }))
    const fingerprint = key.public.fingerprint
    return { folder, digest: bundle.digest, key: fingerprint, files: placed, executables: named }
  }
  return await asStep(talk.reporter, `Carry into ${folder}`, work, ({ files }) =>
    count(files.length + 2, 'file'),
  )
}

/** Whatever the checksums name, in their order. */
function parcelsOf(
  { source, bundle, key, ...cargo }: Cargo,
  executables: readonly Named[],
  shipped: readonly Text[],
): Parcel[] {
  const [parent, base] = [dirname(source.path), basename(source.path)]
  const listed = source.volumes?.some(({ digest }) => digest !== undefined) ? [`${base}.sha256`] : []
  const names = source.volumes ? [...source.volumes.map(({ name }) => name), ...listed] : [base]
  const publicKey = `${parse(cargo.keyFile).name}.pub`
  const parcels: Parcel[] = [
    ...names.map(name => ({ name, from: join(parent, name) })),
    ...executables.map(({ name, path }) => ({ name, from: path, mode: 0o755 })),
    { name: `${base}.sig`, text: cargo.signature },
    { name: publicKey, text: key.public.pem },
    ...shipped,
  ]
  const { name, version } = bundle.lock.metadata
  const guide = 'GUIDE.txt'
  const text = guideText({
    ...{ title: `${name} ${version}`, bundle: base, digest: bundle.digest, publicKey, key: key.public },
    ...{ executables, names: [...parcels.map(parcel => parcel.name), guide] },
  })
  return [...parcels, { name: guide, text }]
}

const pagesOf = (carrying: Carrying): Promise<Text[]> =>
  Promise.all(pages.map(async name => ({ name, text: await carrying.page(name) })))

type Named = Executable & { readonly name: string }

/** One is `sealift`; of several each says what it is for. */
function namedExecutables(executables: readonly Executable[]): Named[] {
  return executables.map(one => ({
    ...one,
    name: executables.length === 1 ? 'sealift' : `sealift-${one.platform.replaceAll('/', '-')}`,
  }))
}

/** Names that a shell, a list of checksums or another file of the folder would take otherwise. @throws SealiftError FILE_FAILED */
function refuseOddNames(names: readonly string[]): void {
  const odd = names.find((name, i) => /^[-.]|[\p{Cc}\\]/u.test(name) || names.indexOf(name) !== i)
  if (odd === undefined) return
  throw new SealiftError('FILE_FAILED', `${printable(odd)} cannot have that name where it is carried`, {
    hints: ['rename the bundle or the key: letters, digits, dots and dashes'],
  })
}

async function put(
  folder: string,
  parcel: Parcel,
  { files, carrying }: Hands,
  placing: Placing,
): Promise<CarriedFile> {
  const { name } = parcel
  const to = join(folder, name)
  if ('from' in parcel) {
    const { from, mode } = parcel
    return { name, ...(await carrying.place(from, to, { ...placing, ...(mode ? { mode } : {}) })) }
  }
  placing.signal.throwIfAborted()
  await files.write(to, parcel.text)
  return { name, size: Buffer.byteLength(parcel.text), digest: digestOf(parcel.text) }
}
