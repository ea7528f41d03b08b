import { bytes, count } from '../kernel/errors/index.ts'

/** A folder that travels, in this shape. Sizes in bytes. */
export interface CarriedFolder {
  readonly folder: string
  readonly digest: string
  readonly key: string
  readonly files: readonly { readonly name: string; readonly size: number }[]
  readonly executables: readonly { readonly name: string; readonly platform: string }[]
}

/** A folder that travels, for people: what it weighs, with the checksums and their signature, and what to print. */
export function carriedText({ folder, digest, key, files, executables }: CarriedFolder): string {
  const size = files.reduce((sum, file) => sum + file.size, 0)
  return [
    folder,
    `  size    ${bytes(size)} in ${count(files.length + 2, 'file')}`,
    `  digest  ${digest}`,
    `  signed  the bundle and SHA256SUMS, by key ${key}`,
    `  runs    ${executables.map(({ name, platform }) => `${name} on ${platform}`).join(', ')}`,
    `  print   ${folder}/GUIDE.txt: its first line checks the folder`,
  ].join('\n')
}
