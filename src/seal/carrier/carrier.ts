import { join } from 'node:path'
import * as z from 'zod'
import { count } from '../../kernel/errors/index.ts'
import { digestOf, digestShape } from '../../kernel/oci/index.ts'
import { asStep, type Carrying, type Files, type Placing, type Talk } from '../../kernel/ports/index.ts'
import { type CarriedFile, checksumsSignature, printChecksums, sumsFile, sumsSignature } from './checksums.ts'
import { refuseLinks, requireFolder, tellOthers } from './folder.ts'
import { type Cargo, namedExecutables, type Parcel, parcelsOf } from './parcels.ts'

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

/**
 * Writes the folder. Each file is whole when it has its name, and the signature of the checksums comes last: a folder
 * that is not finished does not pass. @throws SealiftError DISK_FULL, FILE_FAILED, INTERRUPTED
 */
export async function writeCarrier(folder: string, cargo: Cargo, hands: Hands, talk: Talk): Promise<Carried> {
  const { source, bundle, key } = cargo
  const executables = namedExecutables(cargo.executables)
  const parcels = await parcelsOf(cargo, executables, hands.carrying)
  const names = parcels.map(({ name }) => name)
  const before = await requireFolder(folder, hands.files)
  await refuseLinks(folder, names, hands.files)
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
    tellOthers(before, names, folder, talk)
    const named = executables.map(({ name, platform }) => ({ name, platform }))
    const fingerprint = key.public.fingerprint
    return { folder, digest: bundle.digest, key: fingerprint, files: placed, executables: named }
  }
  return await asStep(talk.reporter, `Carry into ${folder}`, work, ({ files }) =>
    count(files.length + 2, 'file'),
  )
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
    const { from, mode, file } = parcel
    const how = { ...placing, ...(mode ? { mode } : {}), ...(file ? { file } : {}) }
    return { name, ...(await carrying.place(from, to, how)) }
  }
  placing.signal.throwIfAborted()
  await files.write(to, parcel.text)
  return { name, size: Buffer.byteLength(parcel.text), digest: digestOf(parcel.text) }
}
