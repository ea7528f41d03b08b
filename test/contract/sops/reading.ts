import { nodeFiles } from '../../../src/adapters/files/index.ts'
import { type ReadOptions, readSources, type Sources } from '../../../src/teams/migrate/index.ts'
import type { RealSops } from '../../support/sops.ts'

/** What was read, flat: `at` and name of each secret with its value, and `kind at text` of each doubt. */
export interface Read {
  readonly values: Readonly<Record<string, string>>
  readonly names: readonly string[]
  readonly doubts: readonly string[]
  readonly left: Sources['left']
}

/** Reads paths with the real sops. */
export async function readWith(
  { sops }: Pick<RealSops, 'sops'>,
  paths: readonly string[],
  options: ReadOptions = {},
): Promise<Read> {
  const { found, doubts, left } = await readSources(paths, { sops, files: nodeFiles() }, options)
  return {
    values: Object.fromEntries(found.map(({ from, value }) => [from.at, value.reveal()])),
    names: found.map(({ name }) => name),
    doubts: doubts.map(({ kind, from, text }) => `${kind} ${from.at}: ${text}`),
    left,
  }
}

/** The kinds of doubt about a place, with a word of each. */
export const doubtsAt = ({ doubts }: Read, at: string): string[] =>
  doubts.flatMap(said => {
    const [, kind = '', place] = /^(\w+) (.*?): /.exec(said) ?? []
    return place === at ? [kind] : []
  })
