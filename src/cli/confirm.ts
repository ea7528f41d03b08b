import { createInterface } from 'node:readline/promises'
import { Flags } from '@oclif/core'
import { printable, SealiftError } from '../kernel/errors/index.ts'

/** What would go, and by whose name it is confirmed. */
export interface Loss {
  /** What has to be typed. */
  readonly name: string
  /** What is to be done with it; `delete from` when left out. */
  readonly to?: string
  /** What would be deleted for ever, a line each. */
  readonly lines: readonly string[]
  /** What would go too, and can be had again; what would stay. */
  readonly goes?: readonly string[]
  readonly stays?: readonly string[]
  /** What else may be done, for whoever has not confirmed it. */
  readonly hints?: readonly string[]
}

/** What the command line has said beforehand: `--yes`, or names that `--confirm` has given. */
export interface Said {
  readonly yes: boolean
  readonly names?: readonly string[] | undefined
}

/** Where somebody types, and reads what is asked. */
interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly output: NodeJS.WritableStream
}

/** `--yes` of every verb that may delete: for automation, where nobody can be asked. */
export const yesFlag = Flags.boolean({
  summary:
    'Say beforehand that you mean it; otherwise a name has to be typed, and without a terminal nothing is done.',
})

/**
 * Lets somebody type a name before what goes by it is deleted, unless the command line has said it.
 * @throws SealiftError USAGE when another one is typed, or there is no terminal; INTERRUPTED by Ctrl-C
 */
export async function confirmLoss(
  loss: Loss,
  { yes, names = [] }: Said,
  signal: AbortSignal,
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<void> {
  const { name, to = 'delete from' } = loss
  if (yes || names.includes(name)) return
  const told = toldOf(loss)
  const unsaid = new SealiftError('USAGE', `nothing was changed: to ${to} ${name} was not confirmed`, {
    faults: told,
    hints: [
      `If you mean it: type ${name} when asked; where nobody can type, say --yes`,
      ...(loss.hints ?? []),
    ],
  })
  const { input, output } = terminal
  if (!input.isTTY) throw unsaid
  const shown = told.map(line => `  - ${printable(line, 500)}\n`).join('')
  output.write(`To ${to} ${printable(name)}:\n${shown}`)
  const lines = createInterface({ input, output })
  const closed = new Promise<never>((_, reject) => lines.once('close', () => reject(unsaid)))
  closed.catch(() => {})
  // The interface takes Ctrl-C from the terminal for itself.
  lines.once('SIGINT', () => process.emit('SIGINT'))
  try {
    const typed = await Promise.race([
      lines.question(`Type ${printable(name)} if you mean it: `, { signal }),
      closed,
    ])
    if (typed.trim() !== name) throw unsaid
  } finally {
    lines.close()
  }
}

function toldOf({ lines, goes = [], stays = [] }: Loss): string[] {
  return [
    ...goes.map(line => `would go: ${line}`),
    ...lines.map(line => `would go for ever: ${line}`),
    ...stays.map(line => `would stay: ${line}`),
  ]
}
