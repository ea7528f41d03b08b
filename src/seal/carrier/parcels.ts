import { basename, dirname, join, parse } from 'node:path'
import type { Bundle } from '../../bundle/layout/index.ts'
import type { SigningKey } from '../../bundle/sign/index.ts'
import { printable, SealiftError } from '../../kernel/errors/index.ts'
import { hexOf } from '../../kernel/oci/index.ts'
import type { BundleSource, Carrying, FileIdentity } from '../../kernel/ports/index.ts'
import { sumsFile, sumsSignature } from './checksums.ts'
import type { Executable } from './executables.ts'
import { guideFile, guideText } from './guide.ts'
import { pages } from './pages.ts'

/** What travels. */
export interface Cargo {
  readonly source: Pick<BundleSource, 'path' | 'size' | 'volumes' | 'file'>
  readonly bundle: Pick<Bundle, 'digest' | 'lock'>
  /** What BUNDLE.sig holds, by the key. */
  readonly signature: string
  readonly key: SigningKey
  /** Path of the key, whose public half gets its name. */
  readonly keyFile: string
  readonly executables: readonly Executable[]
}

/** A file on its way: one that is put into the folder as it lies, or a text. */
export type Parcel = Lying | Text
interface Lying {
  readonly name: string
  readonly from: string
  readonly mode?: number
  /** The file that was verified. */
  readonly file?: FileIdentity
}
type Text = { readonly name: string; readonly text: string }

/** An executable by its name in the folder. */
export type Named = Executable & { readonly name: string }

/** Whatever the checksums name, in their order. @throws SealiftError FILE_FAILED for names that cannot be carried */
export async function parcelsOf(
  { source, bundle, key, ...cargo }: Cargo,
  executables: readonly Named[],
  carrying: Carrying,
): Promise<readonly Parcel[]> {
  const [parent, base] = [dirname(source.path), basename(source.path)]
  const publicKey = `${parse(cargo.keyFile).name}.pub`
  const parcels: Parcel[] = [
    ...lyingIn(source, parent),
    ...listOf(source, base),
    ...executables.map(({ name, path }) => ({ name, from: path, mode: 0o755 })),
    { name: `${base}.sig`, text: cargo.signature },
    { name: publicKey, text: key.public.pem },
    ...(await pagesOf(carrying)),
  ]
  const { name, version } = bundle.lock.metadata
  const text = guideText({
    // A lock may come from anywhere, and these lines are typed, or looked at, by whoever trusts the key.
    ...{
      title: printable(`${name} ${version}`),
      bundle: base,
      digest: bundle.digest,
      publicKey,
      key: key.public,
    },
    ...{ executables, names: [guideFile, ...parcels.map(parcel => parcel.name)] },
  })
  // First, so that a folder which is not finished is known for what it is.
  const all = [{ name: guideFile, text }, ...parcels]
  refuseOddNames([...all.map(parcel => parcel.name), sumsFile, sumsSignature])
  return all
}

function lyingIn({ path, volumes, file }: Cargo['source'], parent: string): Lying[] {
  const all = volumes ?? [{ name: basename(path), ...(file && { file }) }]
  return all.map(one => ({
    name: one.name,
    from: join(parent, one.name),
    ...(one.file && { file: one.file }),
  }))
}

/** The list of the volumes as it was read when they were opened: what lies there may be another by now. */
function listOf({ volumes = [] }: Cargo['source'], base: string): Text[] {
  const lines = volumes.flatMap(({ name, digest }) => (digest ? [`${hexOf(digest)}  ${name}\n`] : []))
  return lines.length > 0 ? [{ name: `${base}.sha256`, text: lines.join('') }] : []
}

const pagesOf = (carrying: Carrying): Promise<Text[]> =>
  Promise.all(pages.map(async name => ({ name, text: await carrying.page(name) })))

/** One is `sealift`; of several each says what it is for. */
export function namedExecutables(executables: readonly Executable[]): Named[] {
  return executables.map(one => ({
    ...one,
    name: executables.length === 1 ? 'sealift' : `sealift-${one.platform.replaceAll('/', '-')}`,
  }))
}

/** Names that a shell, a list of checksums, whoever reads the guide or another file of the folder would take otherwise. @throws SealiftError FILE_FAILED */
function refuseOddNames(names: readonly string[]): void {
  const odd = names.find(
    (name, i) => /^[-.]|[\p{Cc}\p{Cf}\u2028\u2029\\]/u.test(name) || names.indexOf(name) !== i,
  )
  if (odd === undefined) return
  throw new SealiftError('FILE_FAILED', `${printable(odd)} cannot have that name where it is carried`, {
    hints: ['rename the bundle or the key: letters, digits, dots and dashes'],
  })
}
