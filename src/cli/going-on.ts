import type { SealiftError } from '../kernel/errors/index.ts'

/** Verbs that go on where they were stopped when they are run again, by the ids that oclif gives them. */
export const goingOn: ReadonlySet<string> = new Set([
  'build',
  'install',
  'lock',
  'migrate:sops',
  'remove',
  'rollback',
  'rotate:admin',
  'rotate:ca',
  'rotate:database',
  'rotate:secret',
  'rotate:stores',
  'stores:apply',
  'tenancy:apply',
  'upgrade',
])

/** An interruption with the very command that goes on from there; of a verb that begins anew nothing is added. */
export function withNext(
  interruption: SealiftError,
  {
    bin,
    id = '',
    argv,
  }: { readonly bin: string; readonly id?: string | undefined; readonly argv: readonly string[] },
): SealiftError {
  if (!goingOn.has(id)) return interruption
  const words = id === 'install' ? withoutPlan(argv) : argv
  const command = [bin, ...id.split(':'), ...words.map(quoted)].join(' ')
  return interruption.with({ hints: [`to go on: ${command}`] })
}

/** What was done of a plan has moved since it was made: by the plan itself nobody could go on. */
function withoutPlan(argv: readonly string[]): string[] {
  return argv.filter((word, i) => !/^--plan(=|$)/.test(word) && argv[i - 1] !== '--plan')
}

/** A word as a shell takes it back; no secret is ever one. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
