import { count, printable } from '../kernel/errors/index.ts'
import { table } from './table.ts'
import { type Unmet, unmetText } from './tenancy-text.ts'

interface Reader {
  readonly externalSecret: string
  readonly secret: string
  readonly state: 'held' | 'synced' | 'missing'
}

const states = {
  held: 'has it',
  synced: 'read it anew, and makes something else of it',
  missing: 'has not got it',
} as const

/** What was given anew, a line a thing. */
export function rotatedText(result: {
  readonly rotated: readonly {
    readonly name: string
    readonly where: string
    readonly secret: string
    readonly role: string
    readonly earlier: 'refused' | 'kept'
    readonly readers: readonly Reader[]
  }[]
  readonly notDue: readonly string[]
  readonly serverRotates: boolean
}): string {
  const { rotated, notDue, serverRotates } = result
  const lines = rotated.flatMap(({ name, where, secret, role, earlier, readers }) => [
    `${name}: role ${role} logs in with another password, which is ${secret} in ${where}; ${earlier === 'refused' ? 'the earlier one is refused' : 'the other role keeps its own'}`,
    ...(readers.length === 0 ? ['  no ExternalSecret reads it'] : []),
    ...readers.map(reader => `  ${reader.externalSecret} (Secret ${reader.secret}) ${states[reader.state]}`),
  ])
  // Names of roles are from Infisical, where others write.
  return [
    ...lines.map(line => printable(line, 1000)),
    ...(rotated.length === 0 ? ['nothing was given anew'] : []),
    ...(notDue.length === 0 ? [] : [`not due yet: ${notDue.join(', ')}`]),
    ...(serverRotates
      ? ["this server's licence lets it rotate secrets by itself, too: see Secret Rotation in its web UI"]
      : []),
  ].join('\n')
}

/** Secrets that are older than they may be, a line each. */
export function dueText(result: {
  readonly environments: number
  readonly secrets: number
  readonly old: readonly {
    readonly project: string
    readonly environment: string
    readonly path: string
    readonly name: string
    readonly days: number
    readonly most: number
    readonly by?: string | undefined
  }[]
  readonly unmet: readonly Unmet[]
}): string {
  const { environments, secrets, old, unmet } = result
  const rows = old.map(({ project, environment, path, name, days, most, by }) => [
    ...[`${project}.${environment}`, path, name, String(days), String(most), by ?? ''],
  ])
  const looked = `of ${count(secrets, 'secret')} in ${count(environments, 'environment')}`
  return [
    old.length === 0
      ? `none ${looked} is older than it may be`
      : `${table(['where', 'folder', 'secret', 'days', 'may be', 'by'], rows, [3, 4])}\n${old.length} ${looked}`,
    ...unmetText(unmet),
  ].join('\n\n')
}
