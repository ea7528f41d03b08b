import type { Command } from '@oclif/core'
import { exitCodes, SealiftError } from '../kernel/errors/index.ts'

/** A command as its class describes it. */
type Described = Pick<typeof Command, 'id' | 'flags' | 'args'>

/** What oclif throws for a call that is wrong (`@oclif/core/lib/parser/errors`). */
interface ParseError extends Error {
  /** The arguments that are missing, or the words that nobody asked for. */
  readonly args?: readonly ({ readonly name: string; readonly description?: string } | string)[]
}

/** Whether the words of a call were wrong. */
export function isParseError(thrown: Error & { oclif?: { exit?: number } }): thrown is ParseError {
  return !(thrown instanceof SealiftError) && thrown.oclif?.exit === exitCodes.USAGE
}

/** The same, in the form of all our errors: what is wrong, and where to read more. */
export function usageError({ message, args = [] }: ParseError, { id, flags }: Described): SealiftError {
  const missing = args.flatMap(arg => (typeof arg === 'object' ? [arg] : []))
  const said = message
    .replace(/\nSee more help with --help$/, '')
    .replace(/^The following errors? occurred:\s*/, '')
    .replace(/^Parsing (\S+)\s+/, '$1: ')
    .replace(/^[a-z]/, first => first.toUpperCase())
    .replaceAll(/Missing required flag (\S+)/g, (_, name: string) => missingFlag(name, flags))
  const what = missing.map(({ name, description }) => named(name.toUpperCase(), description)).join(', ')
  return new SealiftError('USAGE', missing.length > 0 ? `Missing: ${what}` : said, {
    hints: [`sealift ${(id ?? '').replaceAll(':', ' ')} --help says what it takes, with examples`],
  })
}

function missingFlag(name: string, flags: Described['flags']): string {
  const { char, env, summary = '' } = flags[name] ?? {}
  const forms = [...(char ? [`-${char}`] : []), `--${name}`].join(' or ')
  return `Missing: ${named(forms + (env ? `, or ${env} in the environment` : ''), summary)}`
}

const named = (name: string, description = '') =>
  description === '' ? name : `${name} (${description.replace(/\.$/, '')})`
