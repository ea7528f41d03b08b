import { openBundle, signaturePath } from '../../../bundle/layout/index.ts'
import type { Carrying, Files, Talk } from '../../../kernel/ports/index.ts'
import { type Cargo, type Carried, writeCarrier } from '../../carrier/index.ts'

/** The folder beside a bundle that was built and signed, which gets its name and `-carrier`. */
export async function carryBuilt(
  { path, ...cargo }: Pick<Cargo, 'key' | 'keyFile' | 'executables'> & { readonly path: string },
  hands: { readonly files: Files; readonly carrying: Carrying },
  talk: Talk,
): Promise<Carried> {
  const source = await hands.files.openBundle(path)
  try {
    const bundle = await openBundle(source)
    const signature = await hands.files.readText(signaturePath(source))
    return await writeCarrier(
      `${path.replace(/\.tar$/, '')}-carrier`,
      { source, bundle, signature, ...cargo },
      hands,
      talk,
    )
  } finally {
    await source.close()
  }
}
