import { createInterface } from 'node:readline/promises'
import { printable, SealiftError } from '../kernel/errors/index.ts'

/** What would go, and by whose name it is confirmed. */
export interface Loss {
  /** What has to be typed. */
  readonly name: string
  /** What would be deleted, a line each. */
  readonly lines: readonly string[]
}

/** Where somebody types, and reads what is asked. */
interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly output: NodeJS.WritableStream
}

/**
 * Lets somebody type a name before what goes by it is deleted; `given` are names that the command line has already.
 * @throws SealiftError USAGE when another one is typed, or there is no terminal
 */
export async function confirmLoss(
  { name, lines: lost }: Loss,
  given: readonly string[],
  signal: AbortSignal,
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<void> {
  if (given.includes(name)) return
  const unsaid = new SealiftError('USAGE', `nothing was changed: deleting from ${name} was not confirmed`, {
    faults: lost.map(line => `would go for ever: ${line}`),
    hints: [`If you mean it: type ${name} when asked, or say --confirm ${name}`],
  })
  const { input, output } = terminal
  if (!input.isTTY) throw unsaid
  const shown = lost.map(line => `  - ${printable(line, 500)}\n`).join('')
  output.write(`This goes for ever from ${name}:\n${shown}`)
  const lines = createInterface({ input, output })
  const closed = new Promise<never>((_, reject) => lines.once('close', () => reject(unsaid)))
  closed.catch(() => {})
  try {
    const typed = await Promise.race([lines.question(`Type ${name} to delete it: `, { signal }), closed])
    if (typed.trim() !== name) throw unsaid
  } finally {
    lines.close()
  }
}
