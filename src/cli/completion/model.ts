import type { Interfaces } from '@oclif/core'
import { printable } from '../../kernel/errors/index.ts'

/** What may stand behind a flag, or as an argument: one of these words, a file, or what nobody can guess. */
export type Expected = readonly string[] | 'file' | 'unknown'

/** A flag as a shell is told of it; `value` is absent where it takes none. */
export interface CompletedFlag {
  readonly name: string
  readonly char?: string
  readonly summary: string
  readonly value?: Expected
  readonly repeats: boolean
}

/** A verb as a shell is told of it. */
export interface CompletedVerb {
  /** Its words, `audit export`. */
  readonly id: string
  readonly summary: string
  readonly flags: readonly CompletedFlag[]
  readonly args: readonly Expected[]
  /** Whether the last argument may be given again. */
  readonly repeats: boolean
}

/** All that can be typed, in the order of its names. */
export interface Typed {
  readonly bin: string
  readonly version: string
  readonly verbs: readonly CompletedVerb[]
  /** First words of verbs of two, with what they are about. */
  readonly topics: readonly { readonly name: string; readonly summary: string }[]
}

/** What the manifest says of verbs, topics and flags, those that are hidden left out. */
export function typedOf({ bin, version, commands, topics }: Interfaces.Config): Typed {
  const verbs = commands.filter(({ hidden }) => !hidden).map(verbOf)
  const first = new Set(verbs.filter(({ id }) => id.includes(' ')).map(({ id }) => id.split(' ')[0]))
  const known = topics.filter(({ name }) => first.has(name))
  return {
    ...{ bin, version },
    verbs: verbs.toSorted((a, b) => a.id.localeCompare(b.id)),
    topics: known
      .map(({ name, description = '' }) => ({ name, summary: sentence(description) }))
      .toSorted((a, b) => a.name.localeCompare(b.name)),
  }
}

type Loadable = Interfaces.Config['commands'][number]

function verbOf({ id, summary = '', flags, args, strict }: Loadable): CompletedVerb {
  return {
    id: id.replaceAll(':', ' '),
    summary: sentence(summary),
    flags: [
      ...Object.values(flags).flatMap(flagsOf),
      { name: 'help', char: 'h', summary: 'What it does, with examples', repeats: false },
    ],
    args: Object.values(args).map(({ name, options }) => options ?? (named.has(name) ? 'unknown' : 'file')),
    repeats: strict === false,
  }
}

/** Arguments that are names of things on a server or new ones; all others are files and folders. */
const named = new Set(['identity', 'name'])

function flagsOf(flag: Loadable['flags'][string]): CompletedFlag[] {
  const { name, char, summary = flag.description ?? '' } = flag
  const said = { name, ...(char === undefined ? {} : { char }), summary: sentence(summary) }
  if (flag.type !== 'boolean') return [{ ...said, value: expected(flag), repeats: flag.multiple === true }]
  const no = { name: `no-${name}`, summary: `Not: ${sentence(summary)}`, repeats: false }
  return [{ ...said, repeats: false }, ...(flag.allowNo ? [no] : [])]
}

/** A value without a name of its own is a file, as most are; `OLD` is a bundle. */
function expected({
  options,
  helpValue,
}: {
  options?: readonly string[]
  helpValue?: string | string[]
}): Expected {
  if (options !== undefined) return options
  const said = String(helpValue ?? 'FILE')
  return said.includes('FILE') || said === 'OLD' ? 'file' : 'unknown'
}

/** The first sentence, in one line, without its full stop. */
function sentence(text: string): string {
  return printable(text.split(/\.\s/)[0]?.replace(/\.$/, '') ?? '', 120)
}
