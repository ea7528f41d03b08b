import type { SopsFormat } from '../../../../../src/kernel/ports/index.ts'
import { type ReadOptions, readSources } from '../../../../../src/teams/migrate/index.ts'
import { memoryFiles } from '../../../../support/memory-files.ts'
import { memorySops } from '../../../../support/memory-sops.ts'

/** What one value looks like that sops has encrypted. */
export const sealed = (type = 'str'): string => `ENC[AES256_GCM,data:x,iv:x,tag:x,type:${type}]`

const added: Readonly<Record<SopsFormat, string>> = {
  yaml: `\nsops:\n    mac: ${sealed()}\n    version: 3.13.3\n`,
  json: `,"sops":{"mac":"${sealed()}","version":"3.13.3"}}`,
  dotenv: `sops_mac=${sealed()}\nsops_version=3.13.3\n`,
  ini: `\n[sops]\nmac = ${sealed()}\nversion = 3.13.3\n`,
  binary: '',
}

/** A file of sops: what is encrypted in it, and what sops makes of it. */
export interface Sealed {
  readonly format: SopsFormat
  readonly plain: string | Uint8Array
  /** Without what sops adds to it; for JSON without the last brace. */
  readonly encrypted?: string
  /** In JSON, where that is asked for. */
  readonly json?: string
}

/** Reads files in memory; what is no {@link Sealed} is a file like any. */
export async function read(
  files: Readonly<Record<string, Sealed | string>>,
  options: ReadOptions = {},
  paths: readonly string[] = ['/repo'],
) {
  const [disk, sops] = [memoryFiles(), memorySops()]
  for (const [name, file] of Object.entries(files)) {
    const path = `/repo/${name}`
    if (typeof file !== 'string') sops.put(path, file.format, file.plain, file.json)
    await disk.write(path, typeof file === 'string' ? file : textOf(file))
  }
  const { found, doubts, left } = await readSources(paths, { files: disk, sops }, options)
  return {
    values: Object.fromEntries(found.map(({ from, value }) => [from.at, value.reveal()])),
    names: found.map(({ name }) => name),
    doubts: doubts.map(({ kind, from, text }) => `${kind} ${from.at}: ${text}`),
    left,
    found,
  }
}

function textOf({ format, encrypted = '' }: Sealed): string {
  if (format !== 'binary') return encrypted + added[format]
  return `{"data":"${sealed()}","sops":{"mac":"${sealed()}","version":"3.13.3"}}`
}

/** A text that sops took for bytes. */
export const asBytes = (plain: string | Uint8Array): Sealed => ({ format: 'binary', plain })
