import type { Command } from '@oclif/core'
import { exitCodes, SealiftError } from '../kernel/errors/index.ts'
import { nearest } from '../kernel/yaml/index.ts'

/** A command as its class describes it. */
type Described = Pick<typeof Command, 'id' | 'flags' | 'baseFlags'>

/** What oclif throws for a call that is wrong (`@oclif/core/lib/parser/errors`). */
interface ParseError extends Error {
  /** The arguments that are missing, or the words that nobody asked for. */
  readonly args?: readonly ({ readonly name: string; readonly description?: string } | string)[]
  /** The flags that nobody knows, with their dashes. */
  readonly flags?: readonly string[]
}

/** Whether the words of a call were wrong. A verb's own USAGE is not meant: it says itself what to do. */
export function isParseError(thrown: Error & { oclif?: { exit?: number } }): thrown is ParseError {
  return !(thrown instanceof SealiftError) && thrown.oclif?.exit === exitCodes.USAGE
}

/** The same, in the form of all our errors: what is wrong, and where to read more. */
export function usageError(
  { message, args = [], flags: unknown = [] }: ParseError,
  { id, flags, baseFlags }: Described,
): SealiftError {
  const missing = args.flatMap(arg => (typeof arg === 'object' ? [arg] : []))
  const said = message
    .replace(/\nSee more help with --help$/, '')
    .replace(/^The following errors? occurred:\s*/, '')
    .replace(/^Parsing (\S+)\s+/, '$1: ')
    .replace(/^[a-z]/, first => first.toUpperCase())
    .replaceAll(/Missing required flag (\S+)/g, (_, name: string) => missingFlag(name, flags))
  const what = missing.map(({ name, description }) => named(name.toUpperCase(), description)).join(', ')
  return new SealiftError('USAGE', missing.length > 0 ? `Missing: ${what}` : said, {
    hints: [
      ...unknown.flatMap(flag => guess(flag, { ...flags, ...baseFlags })),
      `sealift ${(id ?? '').replaceAll(':', ' ')} --help says what it takes, with examples`,
    ],
  })
}

/** Flags that oclif itself adds to every command. */
const oclifs = ['json', 'help']

/** What an unknown flag was probably meant to be. */
function guess(flag: string, known: Described['flags']): string[] {
  const names = Object.entries(known).flatMap(([name, settings]) =>
    settings.type === 'boolean' && settings.allowNo ? [name, `no-${name}`] : [name],
  )
  const near = nearest(flag.replace(/^-+/, ''), [...names, ...oclifs])
  return near === undefined ? [] : [`did you mean: --${near}`]
}

function missingFlag(name: string, flags: Described['flags']): string {
  const { char, env, summary = '' } = flags[name] ?? {}
  const forms = [...(char ? [`-${char}`] : []), `--${name}`].join(' or ')
  return `Missing: ${named(forms + (env ? `, or ${env} in the environment` : ''), summary)}`
}

const named = (name: string, description = '') =>
  description === '' ? name : `${name} (${description.replace(/\.$/, '')})`
