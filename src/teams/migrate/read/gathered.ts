import { Secret } from '../../../kernel/ports/index.ts'
import type { Doubt, Found } from '../found.ts'
import type { ReadOptions } from './options.ts'
import type { Place } from './place.ts'

/** What is found in one file, as it is found. */
export interface Gathered {
  readonly found: Found[]
  readonly doubts: Doubt[]
  take(at: string, name: string, value: string): void
  doubt(kind: Doubt['kind'], at: string, text: string): void
}

/** The place of what is said of a file as a whole. */
export const wholeFile = '(file)'

const replaced =
  'has U+FFFD, which stands for bytes that were no text: it was changed before, by whoever wrote them'

/** Gathers what is in a file; `file` is its path as the user named it. */
export function gatheredOf(file: string): Gathered {
  const found: Found[] = []
  const doubts: Doubt[] = []
  return {
    found,
    doubts,
    take: (at, name, value) => {
      found.push({ name, value: new Secret(value), from: { file, at } })
      if (value.includes('\uFFFD'))
        doubts.push({ from: { file, at }, kind: 'lost', text: `${name} ${replaced}` })
    },
    doubt: (kind, at, text) => {
      doubts.push({ from: { file, at }, kind, text })
    },
  }
}

/** Whether to take what is not encrypted in a file of sops; tells of it either way. */
export function takesOpen(
  { doubt }: Pick<Gathered, 'doubt'>,
  { unencrypted = false }: ReadOptions,
  { at, name }: Place,
): boolean {
  doubt('told', at, `${name} is not encrypted in this file: ${unencrypted ? 'taken' : 'left out'}`)
  return unencrypted
}
